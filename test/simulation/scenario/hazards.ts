import { createRandom, type Random } from '../engine/random.ts'

/**
 * What a real store, its merchant, other applications and clocks do besides what a scenario always has. Each is drawn
 * from dice of its own, so that a seed is the same story with and without those that are off.
 */
export const HAZARDS = [
  /** Transactions come in pages, after others that were there before. */
  'pages',
  /** Entries lack a field, or show it in another shape. */
  'odd_entries',
  /** A charge shows minutes or hours after it was made. */
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
] as const

export type Hazard = (typeof HAZARDS)[number]

/** Those that the service meets. The others wait for their rules, and are tried with `SIMULATE_HAZARDS`. */
const MET: readonly Hazard[] = [
  'pages',
  'odd_entries',
  'captures',
  'paid_elsewhere',
  'odd_refusals',
  'doubled_429',
]

/**
 * Which hazards are drawn: those that are met, unless `SIMULATE_HAZARDS` says `all`, `none` or a comma list.
 *
 * @throws Error for a name that is none.
 */
export function hazardsOn(wanted = process.env.SIMULATE_HAZARDS ?? ''): ReadonlySet<Hazard> {
  if (wanted === '') return new Set(MET)
  if (wanted === 'none') return new Set()
  if (wanted === 'all') return new Set(HAZARDS)
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
}

const minute = 60_000
const hour = 60 * minute
/** Other dice than those of the scenario and of its run. */
const hazardSalt = 0x2f6b19d3

/** The hazards of a seed: of those that are on, each is in it or not. */
export function hazardPlanOf(seed: number, orders: number, on: ReadonlySet<Hazard>): HazardPlan {
  if (on.size === 0) return NO_HAZARDS
  const random = createRandom((seed ^ hazardSalt) | 0)
  const drawn = new Set([...on].filter(() => random.chance(0.4)))
  const has = (hazard: Hazard) => drawn.has(hazard)
  return {
    pages: has('pages') ? pagesPlan(random) : null,
    oddEntries: has('odd_entries') ? random.pick([0.05, 0.3]) : 0,
    lateShows: has('late_shows')
      ? { share: random.pick([0.2, 0.6]), lateMsMax: random.pick([8 * minute, 6 * hour]) }
      : NO_HAZARDS.lateShows,
    merchants: merchantActs(random, orders, has),
    voidedAtOnce: has('voids') ? random.pick([0, 0.5]) : 0,
    upstreamClock: has('clocks') ? clockSteps(random, upstreamSteps) : [],
    nodeClocks: has('clocks')
      ? clockSteps(random, nodeSteps).map((step) => ({ ...step, node: random.below(3) }))
      : [],
    isOneCheckout: has('one_checkout'),
    oddRefusals: has('odd_refusals') ? random.pick([0.1, 0.4]) : 0,
    doubled429: has('doubled_429') ? random.pick([0.1, 0.4]) : 0,
  }
}

const pagesPlan = (random: Random): PagesPlan => ({
  perPage: random.pick([1, 2, 3, 50]),
  newestFirst: random.chance(0.5),
  ignores: random.pick([null, null, null, 'page', 'limit']),
  saysPagination: random.chance(0.8),
  earlierDeclines: random.pick([0, 1, 3, 7]),
})

const EDITS = ['discount', 'surcharge', 'await_payment', 'cancel', 'archive'] as const

function merchantActs(random: Random, orders: number, has: (hazard: Hazard) => boolean): MerchantAct[] {
  const acts: MerchantAct[] = []
  const add = (kind: MerchantActKind) =>
    acts.push({ kind, orderIndex: random.below(orders), atMs: momentOf(random) })
  if (has('voids')) for (let more = 1 + random.below(3); more > 0; more--) add('void')
  if (has('captures')) for (let more = 1 + random.below(2); more > 0; more--) add('capture')
  if (has('edits')) for (let more = 1 + random.below(2); more > 0; more--) add(random.pick(EDITS))
  if (has('paid_elsewhere')) add('pay_elsewhere')
  return acts
}

/** Most of what matters happens within minutes, some while a PAT expires, some days later. */
const momentOf = (random: Random): number =>
  random.below(random.pick([minute, 10 * minute, 90 * minute, 48 * hour]))

const offsets = [-70 * minute, -5_000, 10_000, 70 * minute] as const
/** A step of BigCommerce's clock is within the five minutes that the service allows it to be wrong by. */
const upstreamSteps = [-3 * minute, 10_000, 3 * minute] as const
const nodeSteps = offsets

/** A clock that is off from the beginning, and steps now and then. */
function clockSteps(random: Random, steps: readonly [number, ...number[]]): ClockStep[] {
  const first = { atMs: 0, byMs: random.pick(offsets) }
  return random.chance(0.5) ? [first] : [first, { atMs: momentOf(random), byMs: random.pick(steps) }]
}
