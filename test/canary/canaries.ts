import { randomBytes, randomInt } from 'node:crypto'

/** Values that must turn up nowhere. New for each run, so that what is found comes from that run. */
export interface Canaries {
  /** In the middle of every card number, outside the first six and last four digits. */
  readonly cardDigits: string
  /** A number that is valid (Luhn, Visa), another each time. */
  card(): string
  readonly cvvs: readonly string[]
  readonly patMarks: { readonly signature: string; readonly jti: string }
  readonly storeToken: string
}

const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('')
const letters = (count: number) => randomBytes(count).toString('hex').slice(0, count)

/** @param cvvs three digits each, of which the process under test has no other use. */
export function createCanaries(cvvs: readonly string[]): Canaries {
  const cardDigits = digits(10)
  return {
    cardDigits,
    // 4 nn dddddddddd nn c
    card: () => withCheckDigit(`4${digits(2)}${cardDigits}${digits(2)}`),
    cvvs,
    patMarks: { signature: letters(24), jti: letters(24) },
    storeToken: letters(31),
  }
}

function withCheckDigit(payload: string): string {
  const sum = [...payload].reverse().reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return `${payload}${(10 - (sum % 10)) % 10}`
}
