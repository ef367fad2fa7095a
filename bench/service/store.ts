import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The sandbox in a process of its own, with limits so high that it never refuses. */
export interface Store {
  readonly managementUrl: string
  readonly paymentsUrl: string
  readonly storeHash: string
  readonly accessToken: string
  /** Makes so many unpaid orders. @returns their ids. */
  makeOrders(count: number): Promise<number[]>
  /** How many charges there have been. */
  countCharges(): Promise<number>
  stop(): void
}

export async function startStore(): Promise<Store> {
  const child = fork(join(import.meta.dirname, 'store-process.ts'))
  const [told] = await once(child, 'message')
  async function make(orders: number): Promise<{ ids: number[]; charges: number }> {
    const made = once(child, 'message')
    child.send({ orders })
    const [answer] = await made
    return answer as { ids: number[]; charges: number }
  }
  return {
    ...(told as Pick<Store, 'managementUrl' | 'paymentsUrl' | 'storeHash' | 'accessToken'>),
    makeOrders: async (count) => (await make(count)).ids,
    countCharges: async () => (await make(0)).charges,
    stop: () => void child.disconnect(),
  }
}
