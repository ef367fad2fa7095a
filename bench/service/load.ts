import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Operation, Target } from './targets.ts'

export interface Load {
  readonly answers: number
  /** Answers other than 200 and 201, and requests without an answer. */
  readonly failures: number
  readonly seconds: number
  /** Of each answer, in milliseconds from the moment its request was due. */
  readonly latenciesMs: readonly number[]
  /** How late this generator sent (p99): this much of a latency may be the generator's own. */
  readonly lateMs: number
}

interface LoadOptions {
  readonly target: Target
  readonly operation: Operation
  /** One after the other; after the last one the first comes again. */
  readonly orderIds: readonly number[]
}

/** So many that no request waits for a connection. */
const openConnectionsMax = 1_024

/**
 * Requests come at a fixed rate, as shoppers do, whether or not earlier ones were answered. Each latency counts from
 * the moment its request was due, even if this generator sent it late. So a stall counts for every request that was due
 * meanwhile (no coordinated omission).
 */
export async function openLoop(options: LoadOptions & { perSecond: number; seconds: number }): Promise<Load> {
  const { target, perSecond, seconds } = options
  const pool = new Pool(target.url, { connections: openConnectionsMax, pipelining: 1 })
  const count = Math.floor(perSecond * seconds)
  const latenciesMs: number[] = []
  const lateMs: number[] = []
  let failures = 0
  const startMs = performance.now()
  const dueAt = (index: number) => startMs + (index * 1_000) / perSecond
  const answered: Promise<void>[] = []
  for (let index = 0; index < count; ) {
    for (; index < count && dueAt(index) <= performance.now(); index++) {
      const dueMs = dueAt(index)
      lateMs.push(performance.now() - dueMs)
      answered.push(
        send(pool, options, index).then((isGood) => {
          if (isGood) latenciesMs.push(performance.now() - dueMs)
          else failures++
        }),
      )
    }
    await sleep(1)
  }
  await Promise.all(answered)
  const took = (performance.now() - startMs) / 1_000
  await pool.destroy()
  return { answers: latenciesMs.length, failures, seconds: took, latenciesMs, lateMs: worstHundredth(lateMs) }
}

/** Each connection sends again as soon as it was answered: the highest rate. Latencies mean nothing here and are not kept. */
export async function closedLoop(
  options: LoadOptions & { connections: number; seconds: number },
): Promise<Load> {
  const { target, connections, seconds, orderIds, operation } = options
  const pool = new Pool(target.url, { connections, pipelining: 1 })
  const startMs = performance.now()
  let sent = 0
  let answers = 0
  let failures = 0
  // A paid order cannot be paid again, so paying ends with the orders.
  const isSpent = () => operation === 'pay' && sent >= orderIds.length
  const sendOnAndOn = async () => {
    while (performance.now() - startMs < seconds * 1_000 && !isSpent()) {
      if (await send(pool, options, sent++)) answers++
      else failures++
    }
  }
  await Promise.all(Array.from({ length: connections }, sendOnAndOn))
  const took = (performance.now() - startMs) / 1_000
  await pool.destroy()
  return { answers, failures, seconds: took, latenciesMs: [], lateMs: 0 }
}

async function send(
  pool: Pool,
  { target, operation, orderIds }: LoadOptions,
  index: number,
): Promise<boolean> {
  const call = target.callFor(operation, orderIds[index % orderIds.length] ?? 0)
  try {
    const { statusCode, body } = await pool.request({ ...call, headersTimeout: 30_000, bodyTimeout: 30_000 })
    await body.dump()
    return statusCode === 200 || statusCode === 201
  } catch {
    return false
  }
}

const worstHundredth = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length * 0.99)] ?? 0
