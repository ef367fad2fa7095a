import type { Answer, Exchange, Send } from './exchange.ts'
import { pauseMs, type Wait } from './pause.ts'
import { TillgateProblem } from './tillgate-problem.ts'
import { TillgateUnreachable } from './tillgate-unreachable.ts'

export interface ReadOptions {
  readonly signal?: AbortSignal
}

/** Few, because the shopper waits in front of an empty page. */
const triesMax = 4
const longestAdviceSeconds = 10

export type Read = <T>(send: Send<T>, options?: ReadOptions) => Promise<T>

/** Reads, and tries again where the service or the connection failed. */
export function createReader(exchange: Exchange, wait: Wait): Read {
  return async function read<T>(send: Send<T>, { signal }: ReadOptions = {}): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const answer = await exchange(send, signal)
      if (answer.kind === 'ok') return answer.body
      const afterSeconds = answer.kind === 'problem' ? answer.afterSeconds : null
      const isLast = tries === triesMax || (afterSeconds ?? 0) > longestAdviceSeconds || !mayAskAgain(answer)
      if (isLast) {
        throw answer.kind === 'problem'
          ? new TillgateProblem(answer.problem, afterSeconds)
          : new TillgateUnreachable(answer.cause)
      }
      await wait(pauseMs(tries, afterSeconds), signal)
    }
  }
}

const mayAskAgain = (answer: Exclude<Answer<unknown>, { kind: 'ok' }>) =>
  answer.kind === 'lost' ||
  (answer.problem.code !== 'unauthenticated' &&
    (answer.problem.retry === 'same_key' || answer.problem.retry === 'after'))
