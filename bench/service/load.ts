import { setTimeout as sleep } from 'node:timers/promises'
import { createHttpClient } from './http-client.ts'
import { percentile } from './statistics.ts'

export interface Answer {
  readonly status: number
  /** From the moment its request was due. */
  readonly tookMs: number
}

export interface OpenLoad {
  readonly answers: readonly Answer[]
  /** How late this generator sent (p99): this much of a latency may be the generator's own. */
  readonly lateMs: number
}

/**
 * Requests come at a fixed rate, as shoppers do, whether or not earlier ones were answered. Each latency counts from
 * the moment its request was due, even if this generator sent it late. So a stall counts for every request that was due
 * meanwhile (no coordinated omission).
 */
export async function openLoop(options: {
  /** One, or several that are asked in turn. */
  readonly url: string | readonly string[]
  /** The bytes of the next request. */
  readonly next: () => string
  readonly perSecond: number
  readonly seconds: number
}): Promise<OpenLoad> {
  const { url, next, perSecond, seconds } = options
  const clients = [url].flat().map(createHttpClient)
  const nextClient = inTurn(clients)
  const count = Math.floor(perSecond * seconds)
  const lateMs: number[] = []
  const startMs = performance.now()
  const dueAt = (index: number) => startMs + (index * 1_000) / perSecond
  const answered: Promise<Answer>[] = []
  for (let index = 0; index < count; ) {
    for (; index < count && dueAt(index) <= performance.now(); index++) {
      const dueMs = dueAt(index)
      lateMs.push(performance.now() - dueMs)
      answered.push(
        nextClient()
          .ask(next())
          .then((status) => ({ status, tookMs: performance.now() - dueMs })),
      )
    }
    await sleep(1)
  }
  const answers = await Promise.all(answered)
  for (const client of clients) client.close()
  return { answers, lateMs: percentile(lateMs, 0.99) }
}

export interface ClosedLoad {
  readonly answers: number
  /** Answers other than 200 and 201, and requests without an answer. */
  readonly failures: number
  readonly seconds: number
}

/** Each connection sends again as soon as it was answered: the highest rate. Latencies mean nothing here and are not kept. */
export async function closedLoop(options: {
  readonly url: string
  readonly next: () => string
  readonly connections: number
  readonly seconds: number
}): Promise<ClosedLoad> {
  const { url, next, connections, seconds } = options
  const client = createHttpClient(url)
  const startMs = performance.now()
  const endMs = startMs + seconds * 1_000
  let answers = 0
  let failures = 0
  const sendOnAndOn = async () => {
    while (performance.now() < endMs) {
      if (isGood(await client.ask(next()))) answers++
      else failures++
    }
  }
  await Promise.all(Array.from({ length: connections }, sendOnAndOn))
  const took = (performance.now() - startMs) / 1_000
  client.close()
  return { answers, failures, seconds: took }
}

export const isGood = (status: number) => status === 200 || status === 201

/** Gives one of them after the other, and then the first again. */
export function inTurn<T>(all: readonly T[]): () => T {
  let index = 0
  return () => all[index++ % all.length] as T
}
