import type { Answer } from './exchange.ts'
import { judgeAnswer, type WaitReason } from './judge-answer.ts'
import { pauseAfter, type Wait } from './pause.ts'
import { TillgateProblem } from './tillgate-problem.ts'
import type { Payment } from './types.ts'

export interface Waiting {
  readonly reason: WaitReason
  /** How often the service has been asked so far. */
  readonly tries: number
  readonly nextInMs: number
  /** As last seen; null when the service has not shown it yet. */
  readonly payment: Payment | null
}

export interface PayUntilKnownOptions {
  /** Asks for the result: sends the payment with the same key, or reads it. `leftMs` is how long it may still be asked for. */
  readonly ask: (seen: Payment | null, leftMs: number) => Promise<Answer<{ readonly data: Payment }>>
  readonly unresolved: (seen: Payment | null, cause: unknown) => Error
  readonly onWaiting: (waiting: Waiting) => void | Promise<void>
  readonly wait: Wait
  readonly signal: AbortSignal | undefined
  readonly maxWaitMs: number
  readonly now: () => number
}

/** How often a refusal with `retry: same_key` is tried again before it is passed on. */
const refusalsMax = 4

/**
 * Asks with the same key until the result of the payment is known.
 *
 * @throws TillgateProblem when the service refuses; what `unresolved` makes when the result is not known in time.
 */
export async function payUntilKnown(options: PayUntilKnownOptions): Promise<Payment> {
  const { ask, unresolved, onWaiting, wait, signal, maxWaitMs, now } = options
  const until = now() + maxWaitMs
  let doubt: WaitReason | null = null
  let seen: Payment | null = null
  let refusals = 0

  for (let tries = 1; ; tries += 1) {
    const askedAt = now()
    const answer = await ask(seen, until - askedAt)
    const verdict = judgeAnswer(answer, doubt !== null)
    if (verdict.kind === 'paid') return verdict.payment
    if (verdict.kind === 'ended') throw new TillgateProblem(verdict.problem, verdict.afterSeconds)
    if (verdict.kind === 'stuck') throw unresolved(verdict.payment, null)

    const { reason, problem, afterSeconds } = verdict
    seen = verdict.payment ?? seen
    if (reason !== 'busy') doubt = reason
    const hasWaited = answer.kind !== 'lost' && answer.hasWaited
    const nextInMs = pauseAfter({ hasWaited, afterSeconds }, tries, now() - askedAt)
    const isTooLate = now() + nextInMs > until
    if (doubt === null && problem) {
      if (problem.retry === 'same_key') refusals += 1
      if (isTooLate || refusals > refusalsMax) throw new TillgateProblem(problem, afterSeconds)
    }
    if (isTooLate) throw unresolved(seen, answer.kind === 'lost' ? answer.cause : problem)
    await onWaiting({ reason: doubt ?? reason, tries, nextInMs, payment: seen })
    if (nextInMs > 0) await wait(nextInMs, signal)
  }
}
