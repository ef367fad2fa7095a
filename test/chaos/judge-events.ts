import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt } from './attempts.ts'
import type { EventShop, ReceivedEvent } from './event-shop.ts'
import type { Violation } from './promises.ts'

export interface EventEvidence {
  readonly received: readonly ReceivedEvent[]
  readonly forged: number
  readonly attempts: readonly Attempt[]
}

/** What must have been told of an attempt that has come to this end: one of each of these lists. */
const endOf: Readonly<Record<string, readonly string[]>> = {
  succeeded: ['success', 'corrected'],
  declined: ['declined'],
  not_charged: ['not_charged'],
  needs_review: ['needs_review'],
  unknown: ['unknown'],
  pending: ['pending'],
}
/** The words that say how a payment has ended. */
const ends = new Set(['success', 'corrected', 'declined', 'not_charged'])
const idOf = /^evt_([0-9a-f-]{36})_(\w+)$/

/** Compares what the shop was told with how each payment ended: an event for each end, none too many, none untrue. */
export function judgeEvents({ received, forged, attempts }: EventEvidence): Violation[] {
  const violations: Violation[] = []
  const add = (orderId: number, what: string) => violations.push({ promise: 'events', orderId, what })
  if (forged > 0) add(0, `${forged} events whose signature is wrong`)
  const told = new Map<string, Set<string>>()
  for (const [id, all] of Map.groupBy(received, (each) => each.id)) {
    const [, payment = '', key = ''] = idOf.exec(id) ?? []
    const attempt = attempts.find((each) => each.id === payment)
    if (!attempt) add(0, `${id} of a payment that is not there`)
    if (new Set(all.map(({ body }) => body)).size > 1)
      add(attempt?.orderId ?? 0, `${id} came with two bodies`)
    told.set(payment, (told.get(payment) ?? new Set()).add(key))
  }
  for (const attempt of attempts)
    for (const what of faultsOf(attempt, told.get(attempt.id) ?? new Set()))
      add(attempt.orderId, `${attempt.id} is ${attempt.row?.status}: ${what}`)
  return violations
}

function faultsOf({ row, charges }: Attempt, told: ReadonlySet<string>): string[] {
  if (!row) return []
  const faults: string[] = []
  const due = row.status === 'not_sent' && told.has('unknown') ? ['not_charged'] : endOf[row.status]
  const isCorrected = told.has('corrected')
  if (due && !due.some((key) => told.has(key))) faults.push(`no event says so (${[...told].join()})`)
  if (!due && told.size > 0) faults.push(`nothing has come of it, and ${[...told].join()} was told`)
  for (const key of told) {
    const isTrue = (due ?? []).includes(key) || (isCorrected && (key === 'declined' || key === 'not_charged'))
    if (ends.has(key) && !isTrue) faults.push(`${key} was told`)
  }
  if (told.has('success') && isCorrected) faults.push('its success was told twice')
  if ([...told].some((key) => key.startsWith('voided')) && !charges.some(({ state }) => state === 'voided'))
    faults.push('voided was told, and it was not')
  return faults
}

/** Between two tries of an event that has failed twice, and the lease of an instance that was killed. */
const arriveWithinMs = 60_000

/** Waits until every event has come, as long as one may take. */
export async function awaitEvents(
  shop: EventShop,
  readAttempts: () => Promise<readonly Attempt[]>,
): Promise<Violation[]> {
  shop.heal()
  const untilMs = Date.now() + arriveWithinMs
  while (true) {
    // What is held may come to its end meanwhile.
    const attempts = await readAttempts()
    const violations = judgeEvents({ received: shop.received, forged: shop.forged(), attempts })
    if (violations.length === 0 || Date.now() > untilMs) return violations
    await sleep(1_000)
  }
}
