import { createHmac, hkdfSync } from 'node:crypto'

const mask = '[sealed]'

let open: <T>(sealed: Sealed<T>) => T

/**
 * A value that shows nothing but that it is there: not in JSON, not in a string, not to the console or the inspector,
 * not when it is copied, spread, cloned or put into an error's message. Only `reveal` gets it out, and
 * `test/architecture.test.ts` lists the files that may call it.
 */
export class Sealed<T> {
  // A private member: whatever walks an object's properties does not come across it.
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

  /** For `+`, template strings and comparisons; there is no number in it either. */
  [Symbol.toPrimitive](): string {
    return mask
  }

  /** For `util.inspect` and the console, by the symbol that Node reserves for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return mask
  }
}

/** Whether two hold the same, without showing either. */
export const isSameSealed = <T>(one: Sealed<T>, other: Sealed<T>): boolean =>
  Object.is(open(one), open(other))

/** What is in it. For the moment in which it leaves for where it belongs, and for nothing else. */
export const reveal = <T>(sealed: Sealed<T>): T => open(sealed)

/** A hash under a secret key: of no use to anyone who has the hash alone. */
export type KeyedDigest = (text: string) => string

/**
 * HMAC-SHA-256 under a key derived from a secret. Without the secret nobody can try through all addresses to see whose
 * digest it is, and neither key nor digest leads back to the secret.
 */
export function createKeyedDigest(secret: Sealed<string>, purpose: string): KeyedDigest {
  const key = Buffer.from(hkdfSync('sha256', open(secret), '', purpose, 32))
  return (text) => createHmac('sha256', key).update(text).digest('base64url')
}
