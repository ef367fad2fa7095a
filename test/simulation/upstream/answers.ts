import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import type { TransactionType } from '../../../src/domain/transaction.ts'

const answer = (status: number, json: unknown, headers: UpstreamAnswer['headers'] = {}): UpstreamAnswer => ({
  status,
  headers,
  json,
})

export const paid = (id: string, status: 'success' | 'pending', type: TransactionType): UpstreamAnswer =>
  answer(201, { data: { id, status, transaction_type: type } })

export const refused = (status: number, code: number): UpstreamAnswer =>
  answer(status, { status, title: 'Refused', code })

export const serverError = (status: number): UpstreamAnswer => answer(status, undefined)
/** With BigCommerce's own marks. */
export const rateLimited = (): UpstreamAnswer =>
  answer(429, undefined, { 'x-retry-after': '4', 'x-rate-limit-requests-left': '0' })

/** A success by its status, in an undocumented shape. */
export const FOREIGN: readonly [UpstreamAnswer, ...UpstreamAnswer[]] = [
  answer(200, undefined),
  answer(201, {}),
  answer(200, { type: 'continue', code: 'resubmit_with_human_verification' }),
  answer(502, undefined),
  answer(403, undefined),
  answer(422, { title: 'Something else' }),
]

export interface OddRefusal {
  readonly answer: UpstreamAnswer
  /** If it charges, the charge shows within so much; null for the usual lag. */
  readonly showsWithinMs: number | null
}

const inWords = (status: number, more: object = {}): UpstreamAnswer =>
  answer(status, { status, title: 'Refused', type: '/api-docs/getting-started/api-status-codes', ...more })

/** Shorter than the minute that the service waits after an undocumented refusal on these statuses. */
const soonMs = 20_000

/** Shorter than the ten minutes that it waits after one on another status. */
const lessSoonMs = 9 * 60_000

/** Refusals that are not documented for a payment, or that mean something else than that nothing was charged. */
export const ODD_REFUSALS: readonly [OddRefusal, ...OddRefusal[]] = [
  { answer: inWords(422, { code: 30999 }), showsWithinMs: soonMs },
  { answer: inWords(400), showsWithinMs: soonMs },
  { answer: inWords(404, { errors: { order: 'not found' } }), showsWithinMs: lessSoonMs },
  { answer: inWords(408), showsWithinMs: lessSoonMs },
  {
    answer: inWords(409, { errors: { payment: 'another payment is in progress' } }),
    showsWithinMs: lessSoonMs,
  },
  { answer: inWords(423), showsWithinMs: lessSoonMs },
  { answer: inWords(499), showsWithinMs: lessSoonMs },
  { answer: inWords(401, { code: 30003 }), showsWithinMs: null },
]

export const spentToken = (): UpstreamAnswer => refused(401, 30102)
export const notPayable = (): UpstreamAnswer => refused(409, 30101)
