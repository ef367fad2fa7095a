import { createHash, createHmac, hkdfSync } from 'node:crypto'
import type { InstrumentType, PaymentInstrument } from './payment-instrument.ts'

const mask = '[sealed]'

let open: <T>(sealed: Sealed<T>) => T

/**
 * A value that cannot be seen: not in JSON, not in a string, not in the console or the inspector, and not when it is copied,
 * spread, cloned or put into an error's message. Only `reveal` gets it out, and
 * `test/architecture.test.ts` lists the files that may call it.
 */
export class Sealed<T> {
  // A private member: code that walks through an object's properties does not find it.
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  static {
    open = (sealed) => sealed.#value
  }

  toString(): string {
    return mask
  }

  toJSON(): string {
    return mask
  }

  /** For `+`, template strings and comparisons. */
  [Symbol.toPrimitive](): string {
    return mask
  }

  /** For `util.inspect` and the console; the symbol is Node's. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return mask
  }
}

/** Whether two hold the same, without showing either. */
export const isSameSealed = <T>(one: Sealed<T>, other: Sealed<T>): boolean =>
  Object.is(open(one), open(other))

/** The value itself. To be called only where the value leaves for its destination. */
export const reveal = <T>(sealed: Sealed<T>): T => open(sealed)

/** An instrument as the service handles it. Its type is readable; the rest is sealed. */
export interface SealedInstrument {
  readonly type: InstrumentType
  /**
   * Tells two instruments apart. The CVV is not in it, and of a card number only the first six and last four digits, so that
   * the card cannot be found even by trying all numbers (PCI DSS 3.3.1, 3.5.1).
   */
  readonly digest: string
  /** Only for the body of the charge. */
  readonly fields: Sealed<PaymentInstrument>
}

/** Seals an instrument. */
export const sealInstrument = (instrument: PaymentInstrument): SealedInstrument => ({
  type: instrument.type,
  digest: digestOf(instrument),
  fields: new Sealed(instrument),
})

function digestOf(instrument: PaymentInstrument): string {
  const { verification_value: _never, ...told } = { verification_value: undefined, ...instrument }
  const members = Object.entries('number' in told ? { ...told, number: truncated(told.number) } : told)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(members)).digest('hex')
}

const truncated = (cardNumber: string) => `${cardNumber.slice(0, 6)}:${cardNumber.slice(-4)}`

/** A hash under a secret key. */
export type KeyedDigest = (text: string) => string

/**
 * HMAC-SHA-256 under a key that is derived from a secret. Without the secret, trying all addresses does not reveal whose
 * digest it is. The secret cannot be computed from key or digest.
 */
export function createKeyedDigest(secret: Sealed<string>, purpose: string): KeyedDigest {
  const key = Buffer.from(hkdfSync('sha256', open(secret), '', purpose, 32))
  return (text) => createHmac('sha256', key).update(text).digest('base64url')
}
