import { createRandom, type Random } from '../engine/random.ts'
import { type CheckoutsPlan, checkoutsPlan } from './checkouts-plan.ts'

/**
 * What a real store, its merchant, other applications, clocks and databases do besides what a scenario always has. Each is
 * drawn from dice of its own, so that a seed is the same story with and without those that are off.
 */
export const HAZARDS = [
  /** Transactions come in pages, after others that were there before. */
  'pages',
  /** Entries lack a field, or show it in another shape. */
  'odd_entries',
  /** A charge shows minutes or hours after it was made: among the transactions, by its order, or both. */
  'late_shows',
  /** A merchant voids an authorization. */
  'voids',
  /** A merchant captures an authorization. */
  'captures',
  /** A merchant edits, cancels or archives an order. */
  'edits',
  /** Another application pays the order. */
  'paid_elsewhere',
  /** The clocks of BigCommerce and of the instances are far apart, and step. */
  'clocks',
  /** All orders of the scenario were made from one checkout. */
  'one_checkout',
  /** Refusals that BigCommerce does not document, and a card that is charged and not saved. */
  'odd_refusals',
  /** A proxy sends a charge twice; the sender is told that it was turned away, and the copy charges. */
  'doubled_429',
  /** An order can never be read again: it is deleted, or refused. */
  'unreadable',
  /** The database crashes, and forgets what was not waited for. */
  'store_crashes',
  /** Shoppers pay checkouts that are no order yet. */
  'checkouts',
  /** Clients prefer to wait for the end of a payment. */
  'waits',
  /** Another application takes money for the order, which goes on to look unpaid. */
  'charged_unsaid',
  /** A merchant gives back the part that a balance has paid. */
  'parts_given_back',
] as const

export type Hazard = (typeof HAZARDS)[number]

/**
 * Which hazards are drawn: all, unless `SIMULATE_HAZARDS` says `none` or a comma list.
 *
 * @throws Error for a name that is none.
 */
export function hazardsOn(wanted = process.env.SIMULATE_HAZARDS ?? ''): ReadonlySet<Hazard> {
  if (wanted === '' || wanted === 'all') return new Set(HAZARDS)
  if (wanted === 'none') return new Set()
  return new Set(
    wanted.split(',').map((name) => {
      const hazard = HAZARDS.find((each) => each === name)
      if (hazard === undefined) throw new Error(`There is no hazard ${name}: ${HAZARDS.join(', ')}.`)
      return hazard
    }),
  )
}

export interface PagesPlan {
  readonly perPage: number
  readonly newestFirst: boolean
  /** A query parameter that has no effect. */
  readonly ignores: 'page' | 'limit' | null
  readonly saysPagination: boolean
  /** Declines of others that each order's transactions begin with. */
  readonly earlierDeclines: number
}

export const MERCHANT_ACTS = [
  'void',
  'capture',
  'discount',
  'surcharge',
  'await_payment',
  'cancel',
  'archive',
  'pay_elsewhere',
  'delete',
  'refuse',
  'charge_unsaid',
  'give_back',
] as const
export type MerchantActKind = (typeof MERCHANT_ACTS)[number]

export interface MerchantAct {
  readonly kind: MerchantActKind
  readonly orderIndex: number
  readonly atMs: number
}

export interface ClockStep {
  readonly atMs: number
  readonly byMs: number
}

export interface WaitsPlan {
  /** How likely a request says that it prefers to wait. */
  readonly share: number
  readonly seconds: readonly [number, ...number[]]
}

export interface HazardPlan {
  readonly pages: PagesPlan | null
  /** How likely an entry is shown with a field missing or odd. */
  readonly oddEntries: number
  /** How likely a charge shows late, and by how much at most. */
  readonly lateShows: { readonly share: number; readonly lateMsMax: number }
  readonly merchants: readonly MerchantAct[]
  /** How likely a fraud tool voids an authorization within seconds. */
  readonly voidedAtOnce: number
  readonly upstreamClock: readonly ClockStep[]
  readonly nodeClocks: readonly (ClockStep & { readonly node: number })[]
  readonly isOneCheckout: boolean
  readonly oddRefusals: number
  readonly doubled429: number
  /** When the database crashes. */
  readonly storeCrashesAtMs: readonly number[]
  readonly checkouts: CheckoutsPlan | null
  readonly waits: WaitsPlan | null
}

export const NO_HAZARDS: HazardPlan = {
  pages: null,
  oddEntries: 0,
  lateShows: { share: 0, lateMsMax: 0 },
  merchants: [],
  voidedAtOnce: 0,
  upstreamClock: [],
  nodeClocks: [],
  isOneCheckout: false,
  oddRefusals: 0,
  doubled429: 0,
  storeCrashesAtMs: [],
  checkouts: null,
  waits: null,
}

const minute = 60_000
const hour = 60 * minute
/** Other dice than those of the scenario and of its run. */
const hazardSalt = 0x2f6b19d3

/** How likely a seed has each hazard. With many at once nothing but trouble would ever happen, and with few most hide. */
const shares = [0, 0.06, 0.06, 0.15, 0.4] as const

/**
 * The hazards of a seed: of those that are on, each is in it or not.
 *
 * @param always those that every seed has.
 */
export function hazardPlanOf(
  seed: number,
  orders: number,
  on: ReadonlySet<Hazard>,
  always: ReadonlySet<Hazard>,
): HazardPlan {
  const share = createRandom((seed ^ hazardSalt) | 0).pick(shares)
  const drawn = new Map(
    HAZARDS.flatMap((hazard, index) => {
      const random = createRandom((seed ^ Math.imul(index + 2, hazardSalt)) | 0)
      const isIn = random.chance(share)
      return always.has(hazard) || (isIn && on.has(hazard)) ? [[hazard, random]] : []
    }),
  )
  /** What a hazard is, by its own dice; where it is not in the seed, nothing. */
  const of = <T>(hazard: Hazard, draw: (random: Random) => T, none: T): T => {
    const random = drawn.get(hazard)
    return random ? draw(random) : none
  }
  const often = (random: Random) => random.pick([0.1, 0.4])
  return {
    pages: of('pages', pagesPlan, null),
    oddEntries: of('odd_entries', (random) => random.pick([0.05, 0.3]), 0),
    lateShows: of('late_shows', lateShowsPlan, NO_HAZARDS.lateShows),
    merchants: ACTS.flatMap(([hazard, kinds, timesMax]) =>
      of(hazard, (random) => acts(random, orders, kinds, timesMax), []),
    ),
    voidedAtOnce: of('voids', (random) => random.pick([0, 0.5]), 0),
    upstreamClock: of('clocks', (random) => clockSteps(random, upstreamSteps), []),
    nodeClocks: of('clocks', nodeClocks, []),
    isOneCheckout: of('one_checkout', () => true, false),
    oddRefusals: of('odd_refusals', often, 0),
    doubled429: of('doubled_429', often, 0),
    storeCrashesAtMs: of('store_crashes', storeCrashes, []),
    checkouts: of('checkouts', (random) => checkoutsPlan(random, orders), null),
    waits: of('waits', waitsPlan, null),
  }
}

const pagesPlan = (random: Random): PagesPlan => ({
  perPage: random.pick([1, 2, 3, 50]),
  newestFirst: random.chance(0.5),
  ignores: random.pick([null, null, null, 'page', 'limit']),
  saysPagination: random.chance(0.8),
  earlierDeclines: random.pick([0, 1, 3, 7]),
})

const waitsPlan = (random: Random): WaitsPlan => ({
  share: random.pick([0.3, 1]),
  seconds: random.pick([[1], [2, 20], [30]]),
})

const lateShowsPlan = (random: Random): HazardPlan['lateShows'] => ({
  share: random.pick([0.2, 0.6]),
  lateMsMax: random.pick([8 * minute, 6 * hour]),
})

/** Which acts are of which hazard, and how many of them there are at most. */
const ACTS: readonly [Hazard, readonly [MerchantActKind, ...MerchantActKind[]], number][] = [
  ['voids', ['void'], 3],
  ['captures', ['capture'], 2],
  ['edits', ['discount', 'surcharge', 'await_payment', 'cancel', 'archive'], 2],
  ['paid_elsewhere', ['pay_elsewhere'], 1],
  ['unreadable', ['delete', 'refuse'], 1],
  ['charged_unsaid', ['charge_unsaid'], 1],
  ['parts_given_back', ['give_back'], 2],
]

const acts = (
  random: Random,
  orders: number,
  kinds: readonly [MerchantActKind, ...MerchantActKind[]],
  timesMax: number,
): MerchantAct[] =>
  Array.from({ length: 1 + random.below(timesMax) }, () => ({
    kind: random.pick(kinds),
    orderIndex: random.below(orders),
    atMs: momentOf(random),
  }))

/** Most crashes come while something is being written. */
const storeCrashes = (random: Random): number[] =>
  Array.from({ length: 1 + random.below(4) }, () => random.below(random.pick([10_000, minute, 10 * minute])))

/** Most of what matters happens within minutes, some while a PAT expires, some days later. */
const momentOf = (random: Random): number =>
  random.below(random.pick([minute, 10 * minute, 90 * minute, 48 * hour]))

const offsets = [-70 * minute, -5_000, 10_000, 70 * minute] as const
/** A step of BigCommerce's clock is within the five minutes that the service allows it to be wrong by. */
const upstreamSteps = [-3 * minute, 10_000, 3 * minute] as const
const nodeSteps = offsets
const nodeClocks = (random: Random): HazardPlan['nodeClocks'] =>
  clockSteps(random, nodeSteps).map((step) => ({ ...step, node: random.below(3) }))

/** A clock that is off from the beginning, and steps now and then. */
function clockSteps(random: Random, steps: readonly [number, ...number[]]): ClockStep[] {
  const first = { atMs: 0, byMs: random.pick(offsets) }
  return random.chance(0.5) ? [first] : [first, { atMs: momentOf(random), byMs: random.pick(steps) }]
}
