/**
 * Advisories about production packages that do not concern this service, each with the reason; `npm run audit` fails on
 * every other. None is accepted for want of time to update.
 */
export const ACCEPTED_ADVISORIES: Readonly<Record<string, string>> = {}
