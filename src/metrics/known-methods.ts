/** More payment methods than any store has; what a caller makes up never becomes a label. */
const methodsMax = 30

/** Turns the payment methods that callers name into labels of which there can only be so many. */
export interface KnownMethods {
  /** BigCommerce has named this method itself, or has taken a payment by it. */
  learn(paymentMethodId: string): void
  /** @returns the method, or `other` for one of which nothing has been heard yet. */
  labelOf(paymentMethodId: string): string
}

export function createKnownMethods(): KnownMethods {
  const known = new Set<string>()
  return {
    learn(paymentMethodId) {
      if (known.size < methodsMax) known.add(paymentMethodId)
    },
    labelOf: (paymentMethodId) => (known.has(paymentMethodId) ? paymentMethodId : 'other'),
  }
}
