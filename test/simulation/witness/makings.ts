import type { LedgerRows } from '../ledger/ledger-rows.ts'
import type { MakingWatch } from '../service/checkout-ports.ts'

interface Making {
  readonly checkoutId: string
  readonly requestId: string
  /** When it was written down: its ages count from there. It is sent within fifteen seconds. */
  readonly atMs: number
  /** Whether what it made, or that it made nothing, has been told by its answer or by a list. */
  isKnown: boolean
  /** By its answer: then it does not count. */
  madeNothing: boolean
  /** The lists that were read since, and showed no order that was not there before. */
  emptyLists: number
}

export interface MakingsOptions {
  readonly rows: LedgerRows
  readonly now: () => number
  /** Whether the clocks of the instances may be trusted to tell a minute and an hour. */
  readonly hasTrueClocks: boolean
  readonly wasTold: (requestId: string) => boolean
  readonly broken: (what: string) => void
}

const minuteMs = 60_000
/** A little less than the service counts: its clocks stand a second or two apart. */
const hourMs = 59 * minuteMs
const makingsMax = 5
const emptyListsMin = 3

/**
 * Orders are made of checkouts on record, for a request that waits, not more than a few, and never again while the one before
 * may still show.
 */
export function createMakings({ rows, now, hasTrueClocks, wasTold, broken }: MakingsOptions): MakingWatch {
  // An instance whose clock is ahead may look before the request has left, and those looks count.
  const listsMin = hasTrueClocks ? emptyListsMin : 1
  const all: Making[] = []
  const seen = new Set<number>()
  const of = (checkoutId: string) => all.filter((each) => each.checkoutId === checkoutId)

  return {
    asked(checkoutId, requestId) {
      const attempt = rows.attempts.find((row) => row.requestId === requestId)
      const onRecord = attempt && rows.makings.get(attempt.id)
      if (!onRecord)
        broken(`6: ${requestId} has an order made of ${checkoutId}, and the ledger does not know`)
      if (wasTold(requestId)) broken(`6: ${requestId} has an order made of ${checkoutId} after its answer`)
      const earlier = of(checkoutId)
      const open = earlier.find(
        (each) =>
          !each.isKnown && (each.emptyLists < listsMin || (hasTrueClocks && now() - each.atMs < minuteMs)),
      )
      if (open)
        broken(
          `6: ${requestId} has an order made of ${checkoutId}, and that of ${open.requestId} was not looked for`,
        )
      if (
        hasTrueClocks &&
        earlier.filter(({ atMs, madeNothing }) => !madeNothing && atMs > now() - hourMs).length >= makingsMax
      )
        broken(`6: ${makingsMax + 1} orders are made of ${checkoutId} within an hour`)
      const atMs = onRecord?.begunAtMs ?? now()
      all.push({ checkoutId, requestId, atMs, isKnown: false, madeNothing: false, emptyLists: 0 })
    },

    answered(checkoutId, requestId, { kind }) {
      const making = of(checkoutId).findLast((each) => each.requestId === requestId)
      if (!making) return
      making.isKnown ||= kind !== 'unknown'
      making.madeNothing ||= kind === 'not_made'
    },

    listed(checkoutId, orderIds) {
      const isNews = orderIds.some((id) => !seen.has(id))
      for (const id of orderIds) seen.add(id)
      for (const making of of(checkoutId)) {
        if (isNews) making.isKnown = true
        else making.emptyLists += 1
      }
    },
  }
}
