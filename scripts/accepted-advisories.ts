/**
 * Advisories about production packages that do not affect this service, each with the reason. `npm run audit` fails on every
 * other one. Not having had time to update is no reason.
 */
export const ACCEPTED_ADVISORIES: Readonly<Record<string, string>> = {}
