import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import type { LedgerRows } from '../ledger/ledger-rows.ts'
import type { Charge, StoreOrder } from '../upstream/store-order.ts'

/** What was answered about the charge of a request, and what really happened. */
export interface Truth {
  add(charge: Charge, order: StoreOrder): void
  /** @param attemptId of which it was said; without it of the request, whatever it did. */
  saidNothingCharged(requestId: string, words: string, attemptId?: string): void
  saidCharged(requestId: string, words: string): void
}

interface Said {
  readonly words: string
  readonly attemptId: string | undefined
}

/**
 * "Nothing was charged" must be true for ever, so it is also compared with every later charge.
 * "Paid" must be true when it is said.
 */
export function createTruth(broken: (what: string) => void, rows: LedgerRows): Truth {
  const charges = new Map<string, Charge>()
  const negatives = new Map<string, Said[]>()
  const orders = new Map<number, StoreOrder>()

  function compare(requestId: string): void {
    const charge = charges.get(requestId)
    if (charge?.becomes !== 'charged') return
    // It shows too late to be waited for; that it is told in the end is checked at the end.
    if (charge.isVeryLate || isTakenForAnother(charge)) return
    // A request whose attempt was freed while it waited may make another one, of which nothing was said.
    const latest = rows.attempts.findLast((row) => row.requestId === requestId)
    const of = ({ attemptId }: Said) => attemptId === undefined || !latest || latest.id === attemptId
    const said = negatives.get(requestId)?.find(of)
    if (said) broken(`2: "${said.words}" was said of ${requestId}, which is charged`)
  }

  /** Its trace may be taken for one over the same amount that shows too late itself, and is known to be paid. */
  function isTakenForAnother(charge: Charge): boolean {
    const order = [...orders.values()].find(({ charges: all }) => all.includes(charge))
    const others = order?.charges.filter((each) => each !== charge && !each.isOfAnotherKind) ?? []
    return others.some(({ isVeryLate, amountMinor }) => isVeryLate && amountMinor === charge.amountMinor)
  }

  /**
   * Whether the charge of another application, or one that shows too late, or whose date is not to be trusted, was taken for
   * this request's, which was alive when it showed. That cannot always be told; but no more may be told as paid than were.
   */
  function isMistaken(requestId: string): boolean {
    const orderId = rows.attempts.find((row) => row.requestId === requestId)?.orderId
    const all = (orders.get(orderId ?? 0)?.charges ?? []).filter(({ isOfAnotherKind }) => !isOfAnotherKind)
    if (!all.some((each) => each.isForeign || each.isVeryLate || each.isDatedEarly)) return false
    const told = rows.attempts.filter(
      (row) => row.orderId === orderId && row.status === 'succeeded' && !paysAPart(row.instrumentType),
    )
    return told.length <= all.filter((each) => wasPaid(each) && !each.paysAPart).length
  }

  return {
    add(charge, order) {
      orders.set(order.id, order)
      if (charge.isForeign) return
      if (charges.has(charge.requestId)) broken(`1: two charges for ${charge.requestId}`)
      charges.set(charge.requestId, charge)
      compare(charge.requestId)
    },
    saidNothingCharged(requestId, words, attemptId) {
      negatives.set(requestId, [...(negatives.get(requestId) ?? []), { words, attemptId }])
      compare(requestId)
    },
    saidCharged(requestId, words) {
      const charge = charges.get(requestId)
      const state = charge?.state ?? 'not there'
      if ((charge && wasPaid(charge)) || isMistaken(requestId)) return
      broken(`2: "${words}" was said of ${requestId}, whose charge is ${state}`)
    },
  }
}

/** A word that was right stays, although the merchant has let go of the money since. */
const wasPaid = ({ state, wasSeenOpen }: Charge): boolean =>
  state === 'charged' || (state === 'voided' && wasSeenOpen)
