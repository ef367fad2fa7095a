import type { Answer } from '../answer.ts'
import { refusal } from '../refusal.ts'
import { tooManyRequests } from '../too-many-requests.ts'
import type { RequestFault } from './fault.ts'

/** How an exchange ends on the wire. */
export type Ending =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut'; readonly answer: Answer }

/** Whether the operation is carried out before the fault shows. */
export function isCarriedOut(fault: RequestFault): boolean {
  switch (fault.kind) {
    case 'html':
    case 'foreign_2xx':
    case 'empty_2xx':
    case 'code':
      return fault.charged
    case 'reset_before_charge':
    case 'hang_before_charge':
    case 'status':
    case 'rate_limited':
      return false
    case 'reset_after_charge':
    case 'hang_after_charge':
    case 'status_after_charge':
    case 'cut_body':
    case 'pending':
    case 'latency':
      return true
    default:
      return fault satisfies never
  }
}

/** What becomes of the operation's own answer. */
export function endingOf(fault: RequestFault, own: Answer): Ending {
  switch (fault.kind) {
    case 'reset_before_charge':
    case 'reset_after_charge':
      return { kind: 'reset' }
    case 'hang_before_charge':
    case 'hang_after_charge':
      return { kind: 'hang' }
    case 'cut_body':
      return { kind: 'cut', answer: own }
    case 'status':
    case 'status_after_charge':
      return answer(plainStatus(fault.status))
    case 'html':
      return answer(htmlPage(fault.status))
    case 'foreign_2xx':
      return answer({ status: 200, body: { result: 'accepted', reference: 'not-a-documented-shape' } })
    case 'empty_2xx':
      return answer({ status: 200 })
    case 'code':
      return answer(refusal(fault.code, fault.status === undefined ? {} : { status: fault.status }))
    case 'rate_limited':
      return answer(tooManyRequests(fault.headers ? { retryAfterSeconds: fault.retry_after_seconds } : {}))
    case 'pending':
    case 'latency':
      return answer(own)
    default:
      return fault satisfies never
  }
}

const answer = (given: Answer): Ending => ({ kind: 'answer', answer: given })

const plainStatus = (status: number): Answer => ({
  status,
  body: { status, title: 'The service is not available.', type: 'about:blank' },
})

const htmlPage = (status: number): Answer => ({
  status,
  body: `<!doctype html><title>${status}</title><h1>${status} Bad Gateway</h1>\n`,
  headers: { 'content-type': 'text/html; charset=utf-8' },
})
