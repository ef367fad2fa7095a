import type { Money } from './money.ts'
import { PROBLEM_TYPE_BASE, PROBLEMS, type ProblemCode, type RetryAdvice } from './problems.ts'

/** The media type of every error. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

export interface FieldError {
  /** JSON pointer (RFC 6901) into the body, or a parameter's name. Never holds a value. */
  readonly pointer: string
  readonly detail: string
}

export interface ProblemOptions {
  /** A more precise sentence than the catalogue's. Never BigCommerce's text. */
  readonly detail?: string
  readonly bigcommerceCode?: number | null
  readonly errors?: readonly FieldError[]
  readonly paymentId?: string
  /** What would be charged, where that is not what was expected. */
  readonly money?: Money
  /** Where the payment that this is about can be read, relative to the request. */
  readonly location?: string
  readonly retryAfterSeconds?: number
  /** The limits that are used up, by their names in RateLimit-Policy. */
  readonly violatedPolicies?: readonly string[]
  /** Why, as a word for the log, where the code alone does not say. */
  readonly reason?: string
  /** For the log only; never shown to a caller. */
  readonly cause?: unknown
}

/** The body of the answer (RFC 9457), as published. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  bigcommerce_code?: number
  retry: RetryAdvice
  request_id: string
  payment_id?: string
  amount?: number
  currency?: string
  errors?: FieldError[]
  /** Named as in draft-ietf-httpapi-ratelimit-headers, in its problem type quota-exceeded. */
  'violated-policies'?: string[]
}

/** An error that callers are told, as application/problem+json. No other error leaves the process. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly options: ProblemOptions

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.options = options
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }

  /** @param typeBase what `type` begins with. */
  toBody(requestId: string, typeBase = PROBLEM_TYPE_BASE): ProblemBody {
    const { detail, bigcommerceCode, errors, paymentId, money, violatedPolicies } = this.options
    const kind = PROBLEMS[this.code]
    return {
      type: `${typeBase}${this.code}`,
      title: kind.title,
      status: kind.status,
      detail: detail ?? kind.detail,
      code: this.code,
      ...(bigcommerceCode == null ? {} : { bigcommerce_code: bigcommerceCode }),
      retry: kind.retry,
      request_id: requestId,
      ...(paymentId === undefined ? {} : { payment_id: paymentId }),
      ...(money === undefined ? {} : { amount: money.amount, currency: money.currency }),
      ...(errors === undefined ? {} : { errors: [...errors] }),
      ...(violatedPolicies === undefined ? {} : { 'violated-policies': [...violatedPolicies] }),
    }
  }
}
