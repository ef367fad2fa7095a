import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Answer } from '../answer.ts'
import { refusal } from '../refusal.ts'
import { tooManyRequests } from '../too-many-requests.ts'
import type { DuplicatedFault, LaterFault, OddAnswerFault, RequestFault } from './fault.ts'

/** How an exchange ends on the wire. */
export type Ending =
  | { readonly kind: 'answer' | 'cut' | 'continue'; readonly answer: Answer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }

/** A request that a proxy duplicates, or that is carried out after its answer, takes an order of its own. */
export type SingleFault = Exclude<RequestFault, DuplicatedFault | LaterFault>

export const laterEnding = ({ answer: how, status }: LaterFault): Ending =>
  how === 'status' ? answer(plainStatus(status)) : { kind: how }

/** Whether the operation is carried out before the fault shows. */
export function isCarriedOut(fault: SingleFault): boolean {
  switch (fault.kind) {
    case 'html':
    case 'foreign_2xx':
    case 'empty_2xx':
    case 'code':
    case 'answer':
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
    case 'held':
    case 'odd_answer':
    case 'latency':
      return true
    default:
      return fault satisfies never
  }
}

/** What becomes of the operation's own answer. */
export function endingOf(fault: SingleFault, own: Answer): Ending {
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
    case 'answer':
      return answer({ status: fault.status, body: fault.body, headers: fault.headers })
    case 'rate_limited':
      return answer(rateLimited(fault))
    case 'odd_answer':
      return oddAnswer(fault, own)
    case 'pending':
    case 'held':
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

/** What the management host allows a store on most plans, all apps together. */
const managementQuota = { limit: 150, windowMs: 30_000 }

function rateLimited(fault: Extract<RequestFault, { kind: 'rate_limited' }>): Answer {
  const quota = fault.operation === 'pay' ? {} : managementQuota
  const allowance = { ...quota, retryAfterSeconds: fault.retry_after_seconds }
  const limited = tooManyRequests(fault.headers ? allowance : {})
  return fault.body ? limited : { ...limited, body: undefined }
}

/** More than the 16 KB that many clients take by default. */
const paddingHeaders = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`x-padding-${index}`, 'x'.repeat(1000)]),
)

function oddAnswer({ how, set, omit }: OddAnswerFault, own: Answer): Ending {
  const changed = { ...own, body: withFields(own.body, set, omit) }
  switch (how) {
    case 'plain':
      return answer(changed)
    case 'gzip':
      return answer(compressed(changed, how, gzipSync))
    case 'brotli':
      return answer(compressed(changed, 'br', brotliCompressSync))
    case 'continue':
      return { kind: 'continue', answer: changed }
    case 'large_headers':
      return answer({ ...changed, headers: { ...changed.headers, ...paddingHeaders } })
    default:
      return how satisfies never
  }
}

/** Changes the fields of the body, or of its `data` where it has one. */
function withFields(body: unknown, set: Readonly<Record<string, unknown>>, omit: readonly string[]): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  if ('data' in body && typeof body.data === 'object')
    return { ...body, data: withFields(body.data, set, omit) }
  return Object.fromEntries(Object.entries({ ...body, ...set }).filter(([name]) => !omit.includes(name)))
}

function compressed(given: Answer, encoding: string, compress: (text: string) => Buffer): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': encoding }
  return {
    ...given,
    body: compress(JSON.stringify(given.body ?? {})),
    headers: { ...given.headers, ...headers },
  }
}
