import type { AttemptStatus } from '../../../src/domain/payment-attempt.ts'
import type { AttemptRow } from '../ledger/ledger-rows.ts'
import type { EndOptions } from './check-end.ts'

/** What must have been told of an attempt that ends so: one of these. */
const endOf: Partial<Record<AttemptStatus, readonly string[]>> = {
  succeeded: ['success', 'corrected'],
  declined: ['declined'],
  not_charged: ['not_charged'],
  needs_review: ['needs_review'],
}
const ends = ['success', 'corrected', 'declined', 'not_charged'] as const

/** Every end has its event, once by its id, and no event tells what did not happen. */
export function checkEvents({ rows, orders, truth, broken }: Omit<EndOptions, 'mayNeedReview'>): void {
  for (const row of rows.attempts) {
    const told = [...rows.events.keys()]
      .filter((id) => id.startsWith(`evt_${row.id}_`))
      .map((id) => id.slice(`evt_${row.id}_`.length))
    for (const fault of faultsOf(row, told)) broken(`events: ${row.id} is ${row.status}, ${fault}`)
    const words = `event: ${row.id} ${told.join()}`
    if (told.includes('success') || told.includes('corrected')) truth.saidCharged(row.requestId, words)
    if (told.includes('declined') || told.includes('not_charged'))
      truth.saidNothingCharged(row.requestId, words, row.id)
    const charges = orders.find(({ id }) => id === row.orderId)?.charges ?? []
    if (told.includes('duplicate') && charges.length < 2) broken(`events: ${words}, and there is one charge`)
    if (told.some((key) => key.startsWith('voided')) && !charges.some(({ state }) => state === 'voided'))
      broken(`events: ${words}, and nothing is voided`)
  }
}

function* faultsOf({ status, unsettledSinceMs }: AttemptRow, told: readonly string[]): Iterable<string> {
  const isHeld = told.includes('unknown') || told.includes('pending')
  const due = status === 'not_sent' && isHeld ? ['not_charged'] : endOf[status]
  if (due && !due.some((key) => told.includes(key))) yield `and no event says so (${told.join()})`
  if (!due && told.length > 0 && !isHeld) yield `and ${told.join()} was told`
  if (unsettledSinceMs !== null && !isHeld) yield 'and it was not told that it was held'
  const isCorrected = told.includes('corrected')
  for (const key of ends) {
    const isTrue = due?.includes(key) || (isCorrected && (key === 'declined' || key === 'not_charged'))
    if (told.includes(key) && !isTrue) yield `and ${key} was told`
  }
  if (isCorrected && told.includes('success')) yield 'and its success was told twice'
}
