import { BIGCOMMERCE_CODES } from '../../domain/bigcommerce-codes.ts'
import { Problem } from '../../domain/problem.ts'
import type { UpstreamAnswer } from './answer.ts'
import { readErrorEnvelope } from './envelope.ts'
import { retryAfterSeconds } from './retry-after.ts'

/**
 * What a refusal by the management host means for our caller. Its status is never passed on: BigCommerce's 401
 * says that our credential failed, not the caller's.
 */
export function problemOfRefusal(answer: UpstreamAnswer): Problem {
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
