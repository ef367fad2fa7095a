import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../domain/problem.ts'
import type { UpstreamAnswer } from './answer.ts'

export type Retry = (attempt: () => Promise<UpstreamAnswer>, triesMax: number) => Promise<UpstreamAnswer>

/** First pause is up to this long, each further one up to twice the one before (full jitter). */
const pauseBaseMs = 100
/** Retries may add a tenth to the traffic and no more, so that a struggling upstream is not pushed over. */
const budgetPerCall = 0.1
/** What a quiet hour may save up. */
const budgetMax = 10

/**
 * Repeats a call that moves no money: after a lost connection, a timeout or a 5xx, with jitter and a budget
 * shared by all calls. A 429 is not repeated here: it asks for fewer requests. Nor is a Problem, which is our own word.
 */
export function createRetry(random: () => number = Math.random): Retry {
  let budget = budgetMax

  return async function retry(attempt, triesMax) {
    budget = Math.min(budgetMax, budget + budgetPerCall)
    for (let tried = 1; ; tried++) {
      const result = await attempt().catch((error: unknown) => ({ error }))
      const isLast = tried >= triesMax || budget < 1
      if ('error' in result) {
        if (isLast || result.error instanceof Problem) throw result.error
      } else if (result.status < 500 || isLast) {
        return result
      }
      budget -= 1
      await sleep(random() * pauseBaseMs * 2 ** (tried - 1))
    }
  }
}
