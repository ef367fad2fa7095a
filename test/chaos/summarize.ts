import type { Customers } from './customers.ts'
import type { Disturbances } from './disturbances.ts'
import type { Fleet } from './fleet.ts'
import { isToldInTime } from './judge-waits.ts'
import { isVisitOf } from './made-orders.ts'
import type { Evidence, Violation } from './promises.ts'
import type { StormOptions } from './storm-options.ts'
import type { StormResult } from './storm-result.ts'
import { storyOf } from './story.ts'
import type { TroubleMet } from './troubles/meet-troubles.ts'
import type { UnknownCounts } from './watch-unknown.ts'

interface Run {
  readonly options: StormOptions
  readonly customers: Customers
  readonly disturbances: Disturbances
  readonly troubles: readonly TroubleMet[]
  readonly unknown: UnknownCounts
  readonly fleet: Fleet
  readonly evidence: Evidence
  readonly violations: readonly Violation[]
  readonly faultsMet: Record<string, number>
  readonly settleSeconds: number
  /** What the shop did to events. */
  readonly eventsMet: ReadonlyMap<string, number>
}

const storiesMax = 5

export function summarize(run: Run): StormResult {
  const { options, customers, disturbances, fleet, evidence, violations } = run
  const { told, attempts, requests } = evidence
  const taken = evidence.charges.filter(({ state }) => state === 'charged')
  const broken = [...new Set(violations.map(({ orderId }) => orderId))]
  return {
    name: options.name,
    seed: options.seed,
    instances: options.instances,
    stormSeconds: options.seconds,
    settleSeconds: run.settleSeconds,
    orders: customers.visits.length,
    habits: countBy(customers.visits.map(({ plan }) => plan.habit)),
    answers: told.filter(({ status }) => status !== null).length,
    unanswered: told.filter(({ status }) => status === null).length,
    waited: told.filter(({ status, waited }) => waited && status !== null).length,
    toldInTime: told.filter(isToldInTime).length,
    chargeRequests: requests.length,
    chargedOrders: new Set(taken.map(({ order_id }) => order_id)).size,
    charges: taken.length,
    faults: run.faultsMet,
    fleet: fleet.counts,
    crashes: fleet.crashes(),
    troubles: run.troubles,
    unknown: run.unknown,
    sent: attempts.filter(({ row }) => typeof row?.sentAtMs === 'number').length,
    ...disturbances.counts,
    met: Object.fromEntries([...disturbances.counts.met, ...run.eventsMet]),
    abandoned: fleet.abandoned(),
    statuses: countBy(attempts.map(({ row }) => row?.status ?? 'none')),
    held: attempts.filter(({ row, charges }) => row?.status === 'unknown' && charges.length === 0).length,
    violations,
    stories: broken
      .slice(0, storiesMax)
      .flatMap((each) => ordersOfOne(each, evidence))
      .map((orderId) => {
        const visit = customers.visits.find((each) => isVisitOf(each, orderId, evidence))
        return storyOf(orderId, { visit, evidence, violations })
      }),
  }
}

/** Its own and those of the same checkout. */
const ordersOfOne = (orderId: number, { checkouts }: Evidence): number[] => {
  const cartId = checkouts.get(orderId) ?? null
  const all = [...checkouts].filter(([, each]) => each === cartId).map(([id]) => id)
  return cartId === null ? [orderId] : all
}

const countBy = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]))
