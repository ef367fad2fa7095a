import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { callerToken } from '../support/caller-token.ts'
import { cardPayment } from '../support/payments.ts'
import { CALLERS } from './arrivals.ts'

export interface Answer {
  readonly status: number
  /** The problem's code; of 201 none. */
  readonly code: string | null
  readonly retryAfterSeconds: number | null
}

/** Sends each payment to an instance by chance, and on to the next where that one is away. */
export interface Balancer {
  pay(caller: string, orderId: number, key?: string): Promise<Answer>
  /** How often an instance was away, and another was asked with the same key. */
  readonly moves: () => number
  close(): Promise<void>
}

/** Between two instances that are asked: a restart takes a second or two. */
const moveMs = 100
const movesMax = 100
const answerTimeoutMs = 60_000

export async function openBalancer(urls: readonly string[]): Promise<Balancer> {
  const agent = new Agent({ connections: 512, headersTimeout: answerTimeoutMs })
  const tokens = new Map(
    await Promise.all(
      CALLERS.map(
        async (sub) => [sub, await callerToken({ sub, scope: 'payments:write orders:any' })] as const,
      ),
    ),
  )
  const body = JSON.stringify(cardPayment())
  let moves = 0

  async function ask(url: string, caller: string, orderId: number, key: string): Promise<Answer | null> {
    try {
      const answer = await request(`${url}/orders/${orderId}/pay`, {
        dispatcher: agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokens.get(caller)}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body,
      })
      const { code = null } = (await answer.body.json()) as { code?: string }
      if (code === 'shutting_down') return null
      const retryAfter = answer.headers['retry-after']
      return {
        status: answer.statusCode,
        code,
        retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
      }
    } catch {
      return null
    }
  }

  return {
    moves: () => moves,
    async pay(caller, orderId, key = randomUUID()) {
      let turn = Math.floor(Math.random() * urls.length)
      for (let tries = 0; tries < movesMax; tries++) {
        const answer = await ask(urls[turn % urls.length] ?? '', caller, orderId, key)
        if (answer) return answer
        moves++
        turn++
        await sleep(moveMs)
      }
      return { status: 0, code: 'no instance answers', retryAfterSeconds: null }
    },
    close: () => agent.close(),
  }
}
