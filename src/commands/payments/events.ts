import { instant } from '../../domain/held-payment.ts'
import type { OutboxEvent } from '../../stores/outbox-rows.ts'
import { adviceLines, adviceOnEvent } from './advice.ts'
import { lasting } from './lines.ts'

/** An event that was not delivered, as people and programs read it. */
const eventDocument = (event: OutboxEvent) => ({
  id: event.id,
  type: event.type,
  payment_id: event.paymentId,
  order_id: orderOf(event),
  state: event.deadAtMs === null ? 'waiting' : 'dead',
  created_at: instant(event.createdAtMs),
  tries: event.tries,
  next_try_at: instant(event.nextTryAtMs),
  last_failure: event.lastFailure,
  dead_since: instant(event.deadAtMs),
})

/** As the event tells it; null while its order was being made. */
function orderOf({ body }: OutboxEvent): number | null {
  const told: { data?: { order_id?: number | null } } = JSON.parse(body)
  return told.data?.order_id ?? null
}

export const eventDocuments = (events: readonly OutboxEvent[]) => ({ data: events.map(eventDocument) })

export function eventLines(events: readonly OutboxEvent[], nowMs: number): string {
  if (events.length === 0) return 'Every event was delivered.'
  const dead = events.filter(({ deadAtMs }) => deadAtMs !== null).length
  return [
    `${counted(dead)} given up, ${counted(events.length - dead)} waiting.`,
    ...events.map((event) => ['', ...eventBlock(event, nowMs)].join('\n')),
  ].join('\n')
}

export const counted = (count: number) => (count === 1 ? '1 event' : `${count} events`)

function eventBlock(event: OutboxEvent, nowMs: number): string[] {
  const order = orderOf(event)
  return [
    `${event.type}  ${order === null ? 'no order yet' : `order ${order}`}  ${event.deadAtMs === null ? 'waiting' : 'given up'}`,
    `  event       ${event.id}`,
    `  payment     ${event.paymentId}`,
    `  happened    ${lasting(nowMs - event.createdAtMs)} ago, at ${instant(event.createdAtMs)}`,
    `  tries       ${event.tries}${event.lastFailure === null ? '' : `, the last: ${event.lastFailure}`}`,
    `  next try    ${nextTryWords(event, nowMs)}`,
    ...adviceLines(adviceOnEvent(event)),
  ]
}

function nextTryWords({ deadAtMs, nextTryAtMs }: OutboxEvent, nowMs: number): string {
  if (deadAtMs !== null) return 'none, unless you repeat it'
  return nextTryAtMs === null || nextTryAtMs <= nowMs ? 'now' : `in ${lasting(nextTryAtMs - nowMs)}`
}
