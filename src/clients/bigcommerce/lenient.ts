/*
 * BigCommerce's fields as they come rather than as they are documented: numbers as text, `null`, `''` or `{}` where a
 * value is absent, words in another case.
 */

/** A number or its decimal text as a whole number; null for anything else. */
export function wholeNumberIn(value: unknown): number | null {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) ? Number(number) : null
}

/** A text in lower case, without blanks around it; '' for anything else. */
export const wordIn = (value: unknown): string =>
  typeof value === 'string' ? value.trim().toLowerCase() : ''

/** A currency's code; null for what is none. */
export function currencyIn(value: unknown): string | null {
  const code = wordIn(value).toUpperCase()
  return /^[A-Z]{3}$/.test(code) ? code : null
}

/** A yes, in the ways in which one is written; null for anything that is neither yes nor no. */
export function booleanIn(value: unknown): boolean | null {
  const word = typeof value === 'string' ? wordIn(value) : value
  if (word === true || word === 1 || word === 'true' || word === '1') return true
  return word === false || word === 0 || word === 'false' || word === '0' ? false : null
}

/** Nothing, in the ways in which it is written. */
export const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || JSON.stringify(value) === '{}'

/** Any object's fields; null for a list, a text and the like. */
export const fieldsIn = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null

/** A text, or a number as text; empty for anything else. */
export const textIn = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''
