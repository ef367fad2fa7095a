import type { Problem, ProblemCode, RetryAdvice } from './types.ts'

/** The service refused, and says why. Branch on `code`; use `retry` for codes that you do not know. */
export class TillgateProblem extends Error {
  readonly code: ProblemCode
  readonly retry: RetryAdvice
  readonly status: number
  /** Quote it when asking for help. */
  readonly requestId: string
  /** How long to wait before asking again, where the service says so. */
  readonly retryAfterSeconds: number | null
  /** The whole problem: `detail` is for developers, `errors` points to the fields that are wrong. */
  readonly problem: Problem

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    super(`${problem.code}: ${problem.detail}`)
    this.name = 'TillgateProblem'
    this.code = problem.code
    this.retry = problem.retry
    this.status = problem.status
    this.requestId = problem.request_id
    this.retryAfterSeconds = retryAfterSeconds
    this.problem = problem
  }
}
