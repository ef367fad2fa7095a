import { createRandom, type Random } from '../engine/random.ts'
import { FAULT_KINDS, type FaultKind, type FaultRates } from './faults.ts'
import { type Hazard, hazardPlanOf, hazardsOn } from './hazards.ts'
import type { GatewayEnd, OrderPlan, Scenario, ShopperPlan, UpstreamTraits } from './scenario.ts'

const minute = 60_000

/**
 * The scenario of a seed. Each fault and trait is either in it or not, so that in some seeds few things go wrong, but
 * often. They find what a little of everything hides.
 *
 * @param always hazards that every seed has.
 */
export function scenarioOf(
  seed: number,
  on = hazardsOn(),
  always: ReadonlySet<Hazard> = new Set(),
): Scenario {
  const random = createRandom(seed)
  const orders = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => orderPlan(random))
  const shoppers = Array.from({ length: random.pick([1, 2, 2, 3, 6]) }, () =>
    shopperPlan(random, orders.length),
  )
  const faults = faultRates(random)
  const healAtMs = random.pick([1, 5, 30, 150]) * minute
  const latencyMsMax = random.pick([0, 20, 400])
  const upstream = upstreamTraits(random)
  const hazards = hazardPlanOf(seed, orders.length, on, always)
  return {
    seed,
    dice: seed,
    nodes: 1 + random.below(3),
    clockSkewMsMax: random.pick([0, 0, 1_000, 90_000]),
    orders: hazards.isOneCheckout
      ? orders.map(() => orders[0]).filter((order) => order !== undefined)
      : orders,
    shoppers,
    faults: { ...faults, ...hazards.checkouts?.makingFaults },
    healAtMs,
    latencyMsMax,
    upstream:
      hazards.voidedAtOnce > 0 || hazards.merchants.some(({ kind }) => kind === 'void' || kind === 'capture')
        ? { ...upstream, gatewayEnds: [...upstream.gatewayEnds, 'authorized', 'authorized'] }
        : upstream,
    bucket: {
      limit: random.pick([1, 2, 50, 50, 50]),
      windowMs: 4_000,
      marginMs: latencyMsMax,
      maxWaitMs: random.pick([0, 5_000, 20_000]),
    },
    hazards,
  }
}

const orderPlan = (random: Random): OrderPlan => {
  const totalMinor = 1_000 + random.below(9_000)
  const balanceMinor = random.pick([0, Math.floor(totalMinor / 2), Math.floor(totalMinor / 3), totalMinor])
  return { totalMinor, balanceMinor }
}

function shopperPlan(random: Random, orders: number): ShopperPlan {
  const card = random.pick(['card', 'stored_card', 'stored_bank_account'] as const)
  const other = random.pick(['card', 'stored_card'] as const)
  const part = random.pick(['gift_certificate', 'store_credit'] as const)
  return {
    orderIndex: random.below(orders),
    device: random.below(3),
    instrumentTypes: random.chance(0.2) ? [part, card, other] : [card, other],
    startMs: random.pick([0, 0, 100, 5_000, 80_000, 40 * minute]),
    newKeyOnDoubt: random.pick([0, 0.1, 0.5]),
    otherBody: random.pick([0, 0, 0.3]),
    doubleClick: random.pick([0, 0, 0.4]),
    polls: random.pick([0, 0.3, 0.7]),
  }
}

/** These may strike at any call. With higher rates nothing else would ever happen. */
const everyCall: ReadonlySet<FaultKind> = new Set([
  'store_failed_before',
  'store_failed_after_commit',
  'node_crash',
  'node_stall',
])

function faultRates(random: Random): FaultRates {
  const rates: FaultRates = {}
  if (random.chance(0.05)) return rates
  for (const kind of FAULT_KINDS) {
    if (random.chance(0.3))
      rates[kind] = random.pick(everyCall.has(kind) ? [0.01, 0.03, 0.1] : [0.1, 0.3, 0.6])
  }
  return rates
}

function upstreamTraits(random: Random): UpstreamTraits {
  return {
    lagMsMax: random.pick([0, 5_000, 120_000]),
    flickers: random.chance(0.3),
    checksLag: random.chance(0.5),
    isBlind: random.chance(0.1),
    declinesAreTransactions: random.chance(0.5),
    wasDeclinedElsewhere: random.chance(0.1),
    answersForCopy: random.chance(0.2),
    leavesMethodOut: random.chance(0.3),
    leavesReferenceOut: random.chance(0.3),
    leavesDateOut: random.chance(0.3),
    looksAtOrderFirst: random.chance(0.3),
    lateDeclineStatusId: random.pick([0, 6]),
    processingMsMax: random.pick([0, 2_000, 70_000, 4 * minute]),
    pendingMsMax: random.pick([5_000, 10 * minute, 30 * 60 * minute]),
    gatewayEnds: gatewayEnds(random),
  }
}

const rareEnds: GatewayEnd[] = [
  'declined',
  'authorized',
  'held',
  'pending_charged',
  'pending_declined',
  'error',
  'error_charged',
  'duplicate',
  'duplicate_charged',
]

/** Mostly charges, and one or two other ends for this seed. */
function gatewayEnds(random: Random): [GatewayEnd, ...GatewayEnd[]] {
  const ends: [GatewayEnd, ...GatewayEnd[]] = ['charged', 'charged']
  for (let more = random.below(4); more > 0; more--) {
    ends.push(rareEnds[random.below(rareEnds.length)] ?? 'declined')
  }
  return ends
}
