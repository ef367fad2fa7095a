import type { Charge } from '../upstream/store-order.ts'

/** What was answered about the charge of a request, and what really happened. */
export interface Truth {
  add(charge: Charge, orderId: number): void
  saidNothingCharged(requestId: string, words: string): void
  saidCharged(requestId: string, words: string): void
}

/**
 * "Nothing was charged" must be true for ever, so it is also compared with every later charge.
 * "Paid" must be true when it is said.
 */
export function createTruth(
  broken: (what: string) => void,
  orderOf: (requestId: string) => number | undefined,
): Truth {
  const charges = new Map<string, Charge>()
  const negatives = new Map<string, string>()
  /** Orders with a charge of another application, or one that shows too late: its trace may be taken for that of an attempt
   *  that was alive then. */
  const mayBeMistaken = new Set<number>()

  function compare(requestId: string): void {
    const words = negatives.get(requestId)
    const charge = charges.get(requestId)
    if (words === undefined || charge?.becomes !== 'charged') return
    // It shows too late to be waited for; that it is told in the end is checked at the end.
    if (charge.isVeryLate) return
    broken(`2: "${words}" was said of ${requestId}, which is charged`)
  }

  return {
    add(charge, orderId) {
      if (charge.isForeign || charge.isVeryLate) mayBeMistaken.add(orderId)
      if (charge.isForeign) return
      if (charges.has(charge.requestId)) broken(`1: two charges for ${charge.requestId}`)
      charges.set(charge.requestId, charge)
      compare(charge.requestId)
    },
    saidNothingCharged(requestId, words) {
      if (!negatives.has(requestId)) negatives.set(requestId, words)
      compare(requestId)
    },
    saidCharged(requestId, words) {
      const charge = charges.get(requestId)
      const state = charge?.state ?? 'not there'
      // A word that was right stays, although the merchant has let go of the money since.
      const isRight = state === 'charged' || (state === 'voided' && charge?.wasSeenOpen === true)
      if (isRight || mayBeMistaken.has(orderOf(requestId) ?? 0)) return
      broken(`2: "${words}" was said of ${requestId}, whose charge is ${state}`)
    },
  }
}
