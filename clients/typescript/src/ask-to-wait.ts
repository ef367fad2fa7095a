import type { Answer } from './exchange.ts'

/** The service waits no longer. */
const longestWaitMs = 30_000
/** An answer that waited needs its way, and the look that it ends with. */
const answerNeedsMs = 5_000

/** Asks with the wish that the service waits so many seconds for an end before it answers; with 0 it answers at once. */
export type AskToWait = <T>(
  leftMs: number,
  ask: (waitSeconds: number) => Promise<Answer<T>>,
) => Promise<Answer<T>>

/**
 * For one payment. Where an answer that was to wait is lost, something on the way may not let answers take so long: from then on
 * the service is asked to answer at once.
 */
export function createAskToWait(answerWithinMs: number): AskToWait {
  let mayWait = true

  return async function askToWait(leftMs, ask) {
    const ms = mayWait ? Math.min(longestWaitMs, leftMs, answerWithinMs - answerNeedsMs) : 0
    const seconds = Math.max(0, Math.floor(ms / 1_000))
    const answer = await ask(seconds)
    if (seconds > 0 && answer.kind === 'lost') mayWait = false
    return answer
  }
}
