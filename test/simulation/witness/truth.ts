import type { Charge } from '../upstream/store-order.ts'

/** What was answered about the charge of a request, and what really happened. */
export interface Truth {
  chargeOf(requestId: string): Charge | undefined
  add(charge: Charge): void
  saidNothingCharged(requestId: string, words: string): void
  saidCharged(requestId: string, words: string): void
}

/**
 * "Nothing was charged" must be true for ever, so it is also compared with every later charge.
 * "Paid" must be true when it is said.
 */
export function createTruth(broken: (what: string) => void): Truth {
  const charges = new Map<string, Charge>()
  const negatives = new Map<string, string>()

  function compare(requestId: string): void {
    const words = negatives.get(requestId)
    if (words === undefined || charges.get(requestId)?.becomes !== 'charged') return
    broken(`2: "${words}" was said of ${requestId}, which is charged`)
  }

  return {
    chargeOf: (requestId) => charges.get(requestId),
    add(charge) {
      if (charges.has(charge.requestId)) broken(`1: two charges for ${charge.requestId}`)
      charges.set(charge.requestId, charge)
      compare(charge.requestId)
    },
    saidNothingCharged(requestId, words) {
      if (!negatives.has(requestId)) negatives.set(requestId, words)
      compare(requestId)
    },
    saidCharged(requestId, words) {
      const state = charges.get(requestId)?.state ?? 'not there'
      if (state !== 'charged') broken(`2: "${words}" was said of ${requestId}, whose charge is ${state}`)
    },
  }
}
