import { type Doubt, judgeAnswer, type Verdict } from './judge-answer.ts'
import type { Answer } from './payments-api.ts'
import type { Payment } from './payments-api-types.ts'

export type Ending = Exclude<Verdict, { kind: 'ask_again' }>

export interface PayUntilKnownOptions {
  /** Sends the payment, each time with the same key. */
  readonly send: () => Promise<Answer<{ readonly data: Payment }>>
  readonly onDoubt: (doubt: Doubt, tries: number) => void
  readonly sleep: (seconds: number) => Promise<void>
}

const firstPauseSeconds = 1
const longestPauseSeconds = 15

/**
 * Pays, and goes on asking until it is known what became of the payment, however long that takes. Once in doubt,
 * only a final word about this very key ends it: that the service is busy or away now says nothing of what it did.
 */
export async function payUntilKnown({ send, onDoubt, sleep }: PayUntilKnownOptions): Promise<Ending> {
  let doubt: Doubt | null = null
  for (let tries = 1; ; tries += 1) {
    const verdict = judgeAnswer(await send())
    if (verdict.kind !== 'ask_again' && (doubt === null || isFinalWord(verdict))) return verdict
    const said = verdict.kind === 'ask_again' ? verdict.doubt : 'lost'
    if (said !== 'busy') doubt = said
    onDoubt(doubt ?? said, tries)
    await sleep(pauseSeconds(tries, verdict.kind === 'ask_again' ? verdict.afterSeconds : null))
  }
}

const isFinalWord = (ending: Ending) => ending.kind !== 'refused' || ending.problem.retry === 'new_key'

/** As long as the service asks for, and longer the more often it was asked in vain. */
export function pauseSeconds(tries: number, afterSeconds: number | null): number {
  const backoff = Math.min(firstPauseSeconds * 1.5 ** (tries - 1), longestPauseSeconds)
  return Math.max(backoff, Math.min(afterSeconds ?? 0, 60))
}
