import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { WindowReport } from '../../sandbox/state/payment-window.ts'

/** The sandbox in a process of its own, so that it counts when payments arrive and not when a busy test gets to it. */
export interface FarStore {
  readonly managementUrl: string
  readonly paymentsUrl: string
  readonly storeHash: string
  readonly accessToken: string
  /** Makes that many orders that are to be paid. @returns their ids. */
  makeOrders(count: number): Promise<number[]>
  /** What has come in, as it counted. */
  seen(): Promise<{ readonly payments: WindowReport; readonly chargedAtMs: readonly number[] }>
  stop(): void
}

interface Told {
  readonly orderIds: number[]
  readonly payments: WindowReport
  readonly chargedAtMs: readonly number[]
}

/** @param delayMsMax of the network before it, each way. */
export async function startFarStore(delayMsMax: number): Promise<FarStore> {
  const child = fork(join(import.meta.dirname, 'store-process.ts'), [String(delayMsMax)])
  const [told] = await once(child, 'message')
  async function ask(orders: number): Promise<Told> {
    const answered = once(child, 'message')
    child.send({ orders })
    const [answer] = await answered
    return answer as Told
  }
  return {
    ...(told as Pick<FarStore, 'managementUrl' | 'paymentsUrl' | 'storeHash' | 'accessToken'>),
    makeOrders: async (count) => (await ask(count)).orderIds,
    seen: () => ask(0),
    stop: () => void child.disconnect(),
  }
}
