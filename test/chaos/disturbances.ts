import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import type { Fleet } from './fleet.ts'
import { listOtherwise } from './listings.ts'
import { actAsMerchant, actOnCart } from './merchants.ts'
import type { Random } from './random.ts'
import type { StormOptions } from './storm-options.ts'

export interface DisturbanceCounts {
  databaseCrashes: number
  failOvers: number
  lagChanges: number
  refusals: number
  /** What merchants did, and in which ways BigCommerce showed what is so. */
  readonly met: Map<string, number>
}

export interface Disturbances {
  readonly counts: DisturbanceCounts
  /** Resolves when the last one is over and everything that was ended runs again. */
  readonly over: Promise<void>
}

/** How long the platform takes to show a payment on its order, and among its transactions. */
const lagsMs = [0, 0, 500, 2_000, 4_000] as const

export interface DisturbanceSurroundings {
  readonly sandbox: Sandbox
  readonly fleet: Fleet
  /** Oldest first. */
  readonly orderIds: () => readonly number[]
  readonly checkoutIds: () => readonly string[]
  readonly random: Random
  readonly untilMs: number
  /** Whether a trouble is being met, with which nothing else may go wrong. */
  readonly isQuiet: () => boolean
}

/** Whatever happens to the surroundings of a payment, at moments that the seed decides. */
export function disturb(
  options: Pick<StormOptions, 'database' | 'everyMs' | 'only'>,
  { sandbox, fleet, orderIds, checkoutIds, random, untilMs, isQuiet }: DisturbanceSurroundings,
): Disturbances {
  const { database, everyMs, only } = options
  const met = new Map<string, number>()
  const counts: DisturbanceCounts = { databaseCrashes: 0, failOvers: 0, lagChanges: 0, refusals: 0, met }
  const count = (name: string | null) => {
    if (name !== null) met.set(name, (met.get(name) ?? 0) + 1)
  }

  /** Half to one and a half of the gap, over and over. */
  async function repeatedly(label: string, gapMs: number, act: (random: Random) => Promise<void>) {
    const own = random.fork(label)
    const underWay: Promise<void>[] = []
    while (gapMs > 0) {
      const gap = own.between(gapMs / 2, gapMs * 1.5)
      if (Date.now() + gap >= untilMs) break
      await sleep(gap)
      if (!isQuiet()) underWay.push(act(own))
    }
    await Promise.all(underWay)
  }

  const over = Promise.all([
    repeatedly('kill', everyMs.kill, (own) => fleet.killOne(own)),
    repeatedly('roll', everyMs.roll, () => fleet.roll()),
    repeatedly('lag', everyMs.listing, async (own) => {
      counts.lagChanges++
      sandbox.configure({ order_lag_ms: own.pick(lagsMs), transaction_lag_ms: own.pick(lagsMs) })
      count(listOtherwise(sandbox, own, only))
    }),
    repeatedly('merchant', everyMs.merchant, async (own) => {
      count(await actAsMerchant(sandbox, own, { orderIds: orderIds(), only }))
      count(actOnCart(sandbox, own, { checkoutIds: checkoutIds(), only }))
    }),
    repeatedly('refuse', everyMs.refuse, async (own) => {
      counts.refusals++
      await sandbox.faults.add({ operation: 'pay', kind: 'refuse', for_ms: own.between(100, 800) })
    }),
    repeatedly('fail-over', everyMs.failOver, async (own) => {
      if (!database?.failOver) return
      counts.failOvers++
      await database.failOver(own.pick(['dies', 'dies', 'read-only'] as const))
    }),
    repeatedly('database', everyMs.databaseCrash, async (own) => {
      const downForMs = own.between(0, 2_000)
      if (!database?.crash) return
      counts.databaseCrashes++
      await database.crash(downForMs)
    }),
  ]).then(() => {})
  return { counts, over }
}
