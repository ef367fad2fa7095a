import { join } from 'node:path'
import { listing, paying } from './callers.ts'
import { smallOrders } from './canned-answers.ts'
import { createHttpClient } from './http-client.ts'
import { orderToPay } from './paying.ts'
import { median } from './statistics.ts'
import { type Surroundings, startTarget, type TargetName } from './targets.ts'

export interface RoundTrips {
  readonly target: TargetName
  /** Calls to BigCommerce one after the other, to list for a customer's token. */
  readonly toList: number
  /** Of the charge's connection (TCP, and TLS in production) between the access token and the first byte of the charge. */
  readonly beforeCharge: number
}

/** So long that nothing else shows in how often it is waited for. */
const readDelayMs = 100
const tokenDelayMs = 50
const times = 5
const dialled = { tcp: 1, tls: 1 }

/** Counted, not timed: BigCommerce answers so slowly that what is waited for one after the other shows. */
export async function countRoundTrips(
  names: readonly TargetName[],
  surroundings: Surroundings,
): Promise<RoundTrips[]> {
  const { upstream, folder } = surroundings
  const counted: RoundTrips[] = []
  for (const target of names) {
    const databaseUrl = `sqlite:${join(folder, `trips-${target}.db`)}`
    const measured = await startTarget(target, surroundings, { databaseUrl })
    const client = createHttpClient(measured.url)
    await upstream.behave({ readDelayMs })
    const tookMs: number[] = []
    for (let time = 0; time < times; time++) {
      const startMs = performance.now()
      await client.ask(listing(smallOrders.first + time, 'customer_id'))
      tookMs.push(performance.now() - startMs)
    }
    await upstream.behave({ tokenDelayMs })
    await upstream.seen()
    for (let time = 0; time < times; time++) await client.ask(paying(orderToPay()))
    const { charges, dialledBefore } = await upstream.seen()
    await upstream.behave({})
    counted.push({
      target,
      toList: Math.floor(median(tookMs) / readDelayMs),
      beforeCharge: dialledBefore === charges ? 0 : dialled.tcp + dialled.tls,
    })
    client.close()
    await measured.stop()
  }
  return counted
}
