import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { StoreAddress } from '../../sandbox/store-variables.ts'

export interface UpstreamBehaviour {
  readonly tokenDelayMs: number
  readonly chargeDelayMs: number
  /** Of orders, methods and transactions. */
  readonly readDelayMs: number
  /** Of charges: nine in ten of these are declined, and of one the answer is lost. */
  readonly failingShare: number
}

/** Since it was last asked. */
export interface UpstreamSeen {
  calls: number
  charges: number
  tokens: number
  /** Charges whose connection was opened before their access token was answered. */
  dialledBefore: number
  /** Most charges in any 4 s, by arrival. */
  maxInWindow: number
  /** Most reads that were answered at the same time. */
  readsAtOnceMax: number
}

/** A canned BigCommerce in a process of its own. */
export interface Upstream extends StoreAddress {
  behave(changes: Partial<UpstreamBehaviour>): Promise<void>
  seen(): Promise<UpstreamSeen>
  stop(): void
}

const asUsual: UpstreamBehaviour = { tokenDelayMs: 0, chargeDelayMs: 0, readDelayMs: 0, failingShare: 0 }

export async function startUpstream(): Promise<Upstream> {
  const child = fork(join(import.meta.dirname, 'upstream-process.ts'))
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  async function ask(what: UpstreamBehaviour | 'seen'): Promise<UpstreamSeen> {
    const told = once(child, 'message')
    child.send(what)
    const [answer] = (await told) as [UpstreamSeen]
    return answer
  }
  const url = `http://127.0.0.1:${port}/stores/bench`
  return {
    storeHash: 'bench',
    accessToken: 'token-of-the-bench',
    managementUrl: url,
    paymentsUrl: url,
    behave: async (changes) => void (await ask({ ...asUsual, ...changes })),
    seen: () => ask('seen'),
    stop: () => void child.disconnect(),
  }
}
