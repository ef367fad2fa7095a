import { BIGCOMMERCE_CODES } from '../../domain/bigcommerce-codes.ts'
import { Problem } from '../../domain/problem.ts'
import type { ProblemCode } from '../../domain/problems.ts'
import type { UpstreamAnswer } from './answer.ts'
import { readErrorEnvelope } from './envelope.ts'
import { retryAfterSeconds } from './retry-after.ts'

/**
 * What a refusal by the management host means for our caller. Its status is never passed on: BigCommerce's 401
 * says that our credential failed, not the caller's.
 */
function problemOf(answer: UpstreamAnswer): Problem {
  if (answer.status === 429) {
    return new Problem('upstream_busy', { retryAfterSeconds: retryAfterSeconds(answer) })
  }
  // Before any code: a refused credential may carry the code of a malformed request (10001).
  if (answer.status === 401 || answer.status === 403) return new Problem('upstream_refused')
  const code = readErrorEnvelope(answer.json)?.code ?? null
  const row = code === null ? undefined : BIGCOMMERCE_CODES[code]
  if (row) {
    return new Problem(row.problem, { bigcommerceCode: code, ...(row.detail ? { detail: row.detail } : {}) })
  }
  if (answer.status >= 500) return new Problem('upstream_unavailable')
  if (answer.status === 404) return new Problem('order_not_found')
  if (answer.status === 409) return new Problem('order_not_payable')
  return new Problem('upstream_unusable')
}

const whereAnyoneReads: readonly ProblemCode[] = ['upstream_busy', 'upstream_refused', 'upstream_unavailable']
const whereMethodsAreRead: readonly ProblemCode[] = [
  ...whereAnyoneReads,
  'merchant_configuration',
  'order_not_found',
  'order_not_payable',
]

/**
 * A refusal to make a payment access token. What speaks of a gateway's decision makes no sense here: nothing was
 * declined, because nothing was asked.
 */
export const problemOfRefusal = (answer: UpstreamAnswer): Problem =>
  oneOf([...whereMethodsAreRead, 'payment_rejected', 'amount_changed'], problemOf(answer))

/** A refusal to list payment methods, where a code that speaks of a payment makes no sense. */
export const problemOfUnreadMethods = (answer: UpstreamAnswer): Problem =>
  oneOf(whereMethodsAreRead, problemOf(answer))

/** A refusal to read an order or its transactions, whose errors know nothing of paying. */
export const problemOfUnreadOrder = (answer: UpstreamAnswer): Problem =>
  oneOf(whereAnyoneReads, problemOf(answer))

const oneOf = (known: readonly ProblemCode[], problem: Problem): Problem =>
  known.includes(problem.code) ? problem : new Problem('upstream_unusable')
