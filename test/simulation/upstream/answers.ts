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

export const spentToken = (): UpstreamAnswer => refused(401, 30102)
export const notPayable = (): UpstreamAnswer => refused(409, 30101)
