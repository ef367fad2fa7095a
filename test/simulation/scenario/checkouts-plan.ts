import type { Random } from '../engine/random.ts'
import { type FaultRates, MAKING_FAULT_KINDS } from './faults.ts'

export const CART_ACTS = ['more', 'less', 'others', 'order', 'order', 'sign_in', 'drop'] as const
/** A cart is edited (dearer, cheaper, other things for as much), becomes an order elsewhere, is signed in to, or thrown away. */
export type CartActKind = (typeof CART_ACTS)[number]

export interface CartAct {
  readonly kind: CartActKind
  readonly planIndex: number
  readonly atMs: number
  /** Of an order that another application makes. */
  readonly source: string
}

/** How checkouts are, how orders are made of them, and who else is at them. */
export interface CheckoutsPlan {
  /** How likely a shopper pays the checkout, not an order of it that is there. */
  readonly share: number
  /** How likely an order is there from the beginning. */
  readonly madeBefore: number
  readonly isGuests: boolean
  /** Which of its orders a checkout names. */
  readonly names: 'newest' | 'oldest' | 'none'
  /** How long an order takes to come into lists. */
  readonly listLagMsMax: number
  /** Whether the making counts as an edit of the cart. */
  readonly makingEdits: boolean
  readonly makingFaults: FaultRates
  readonly acts: readonly CartAct[]
}

const minute = 60_000

const rates = (random: Random): FaultRates =>
  Object.fromEntries(
    MAKING_FAULT_KINDS.flatMap((kind) => (random.chance(0.35) ? [[kind, random.pick([0.1, 0.4, 0.8])]] : [])),
  )

export const checkoutsPlan = (random: Random, orders: number): CheckoutsPlan => ({
  share: random.pick([0.5, 1, 1]),
  madeBefore: random.pick([0, 0, 0.5]),
  isGuests: random.chance(0.2),
  names: random.pick(['newest', 'oldest', 'none']),
  listLagMsMax: random.pick([0, 0, 3_000, 40_000, 10 * minute]),
  makingEdits: random.chance(0.2),
  makingFaults: rates(random),
  acts: Array.from({ length: random.pick([0, 0, 1, 3]) }, () => ({
    kind: random.pick(CART_ACTS),
    planIndex: random.below(orders),
    atMs: random.below(random.pick([500, 10_000, minute, 10 * minute])),
    source: random.pick(['checkout_api', 'checkout_api', 'www', 'external']),
  })),
})
