import type { Permit } from '../../src/allowance/permit.ts'
import { createPermits } from '../../src/allowance/permits.ts'
import { Problem } from '../../src/domain/problem.ts'
import { contextOf } from '../services/fakes.ts'
import { createVirtualTime } from '../services/virtual-time.ts'
import { createRandom } from '../simulation/engine/random.ts'
import type { Logged } from '../support/logs.ts'
import { createInMemoryPermits } from './in-memory-permits.ts'

export const rule = { windowMs: 4_000, marginMs: 200, sendWithinMs: 5_000 }

export interface Change {
  readonly limit?: number
  readonly maxWaitMs?: number
  readonly instances?: number
  readonly answerMs?: number
  /** What it takes to put a payment on record and to dial. */
  readonly readyMs?: number
}

/** Instances that share one store of permits on one virtual clock. The database's clock and the machine's can be set. */
export function bucketOf({
  limit = 3,
  maxWaitMs = 5_000,
  instances = 1,
  answerMs = 1_000,
  readyMs = 0,
}: Change = {}) {
  const time = createVirtualTime()
  const logged: Logged[] = []
  let databaseSetMs = 0
  const storeOf = createInMemoryPermits(limit, rule, () => time.worldNow() + databaseSetMs)
  const { next: random } = createRandom(1)
  const fleet = Array.from({ length: instances }, (_, index) => {
    const instance = `instance-${index}`
    const { log } = contextOf(logged)
    const store = storeOf(instance)
    return {
      store,
      permits: createPermits({ store, instance, limit, rule, maxWaitMs, ...time, random, log }),
    }
  })
  const sent: { readonly who: string; readonly atMs: number }[] = []
  const refused: { readonly who: string; readonly atMs: number; readonly problem: unknown }[] = []
  /** Pays: waits for a permit, uses it at once, and is answered after a while. */
  async function pay(who: string, instance = 0): Promise<void> {
    let permit: Permit | undefined
    try {
      permit = await fleet[instance]?.permits.arrive(who.charAt(0)).takePermit()
      await new Promise<void>((resolve) => time.schedule(readyMs, resolve))
      await permit?.moment()
      if (!permit?.mayLeave()) throw new Error('too early or too late')
      sent.push({ who, atMs: time.worldNow() })
      permit.departed()
      time.schedule(answerMs, permit.answered)
    } catch (problem) {
      refused.push({ who, atMs: time.worldNow(), problem })
    } finally {
      permit?.giveBack()
    }
  }
  const [first] = fleet
  if (!first) throw new Error('no instance')
  const setDatabaseClock = (byMs: number) => {
    databaseSetMs += byMs
  }
  return { ...first, fleet, time, pay, sent, refused, logged, setDatabaseClock }
}
/** Who paid or was refused, in order. */
export const who = (all: readonly { readonly who: string }[]) => all.map((one) => one.who)
/** The Retry-After of a refusal. */
export const secondsOf = (problem: unknown) =>
  problem instanceof Problem ? problem.options.retryAfterSeconds : null
