const mask = '[sealed]'

let open: <T>(sealed: Sealed<T>) => T

/**
 * A value that shows nothing but that it is there: not in JSON, not in a string, not to the console or the inspector,
 * not when it is copied, spread, cloned or put into an error's message. Only `reveal` gets at it, and
 * `test/architecture.test.ts` lists who may call that.
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
