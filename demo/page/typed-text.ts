import { brandOf } from './card-brand.ts'

export const digitsOf = (text: string): string => text.replace(/\D/g, '')

/** Groups digits as the brand prints them: "4242 4242 4242 4242". */
export function groupCardNumber(text: string): string {
  const digits = digitsOf(text).slice(0, brandOf(digitsOf(text)).lengthMax)
  const { gaps } = brandOf(digits)
  return [...digits].map((digit, at) => (gaps.includes(at) ? ` ${digit}` : digit)).join('')
}

/** Writes "12 / 2030". A first digit above 1 gets a zero, so that after "9" the year follows. */
export function groupExpiry(text: string): string {
  const typed = digitsOf(text)
  const digits = (/^[2-9]/.test(typed) ? `0${typed}` : typed).slice(0, 6)
  return digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits
}

export interface Expiry {
  readonly month: number
  readonly year: number
}

/** Reads "12 / 2030", and "12 / 30" as browsers fill it in; null for anything else. */
export function readExpiry(text: string): Expiry | null {
  const [, month = '', year = ''] = /^(0[1-9]|1[0-2])(\d{2}|\d{4})$/.exec(digitsOf(text)) ?? []
  if (month === '') return null
  return { month: Number(month), year: year.length === 2 ? 2000 + Number(year) : Number(year) }
}

/** Where the caret goes after regrouping: behind the same number of digits as before. */
export function caretAfter(grouped: string, digitsBefore: number): number {
  let seen = 0
  for (const [at, character] of [...grouped].entries()) {
    if (seen === digitsBefore) return at
    if (/\d/.test(character)) seen += 1
  }
  return grouped.length
}
