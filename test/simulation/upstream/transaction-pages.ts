import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import type { Run } from '../engine/run.ts'

export interface ShownPage {
  readonly transactions: readonly Transaction[]
  readonly query: string
  /** BigCommerce's. */
  readonly nowMs: number
  readonly run: Run
}

/** One page of an order's transactions as BigCommerce answers it. */
export function transactionsPage({ transactions, query, nowMs, run }: ShownPage): UpstreamAnswer {
  const headers = { date: new Date(nowMs).toUTCString() }
  if (transactions.length === 0) return { status: 204, headers, json: undefined }
  const { hazards } = run.scenario
  const { perPage = 50, newestFirst = false, ignores = null, saysPagination = true } = hazards.pages ?? {}
  const asked = new URLSearchParams(query)
  const numberOf = (name: 'page' | 'limit', usual: number) =>
    ignores === name ? usual : Number(asked.get(name) ?? usual)
  // What neither says that there are pages nor gives another one has none: no one could see more than the first.
  const isUnpaged = ignores === 'page' && !saysPagination
  const size = isUnpaged ? transactions.length : numberOf('limit', perPage)
  const current = numberOf('page', 1)
  const ordered = newestFirst ? transactions.toReversed() : transactions
  const data = ordered
    .slice((current - 1) * size, current * size)
    .map((transaction) => entryOf(transaction, run))
  if (transactions.length > size) run.happened('pages')
  const pagination = {
    total: transactions.length,
    count: data.length,
    per_page: size,
    current_page: current,
    total_pages: Math.ceil(transactions.length / size),
  }
  return { status: 200, headers, json: { data, meta: saysPagination ? { pagination } : {} } }
}

/** What is odd about an entry stays so: it hangs on its id, not on when it is read. */
function entryOf(transaction: Transaction, run: Run): Record<string, unknown> {
  const { id, event, status, method, money, paymentMethodId, referenceId, createdAtMs } = transaction
  const entry = {
    id,
    event,
    status,
    amount: (money?.amount ?? 0) / 100,
    currency: money?.currency,
    method,
    payment_method_id: paymentMethodId,
    reference_transaction_id: referenceId,
    date_created: createdAtMs === null ? null : new Date(createdAtMs).toISOString(),
  }
  const dice = ((id ?? 0) * 2_654_435_761) % 1_000
  if (dice >= run.scenario.hazards.oddEntries * 1_000) return entry
  run.happened('odd_entries')
  return { ...entry, ...ODD[dice % ODD.length]?.(entry) }
}

interface Words {
  readonly event: string
  readonly status: string
}

/** Odd, and never another meaning: a field that is missing, or written otherwise. */
const ODD: readonly ((entry: Words) => Record<string, unknown>)[] = [
  () => ({ status: null }),
  () => ({ id: null }),
  () => ({ amount: null }),
  () => ({ event: null }),
  () => ({ payment_method_id: null }),
  () => ({ date_created: null }),
  () => ({ reference_transaction_id: {} }),
  ({ event }) => ({ event: event.toUpperCase() }),
  ({ status }) => ({ status: status.toUpperCase() }),
]
