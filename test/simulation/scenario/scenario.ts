import type { InstrumentType } from '../../../src/domain/payment-instrument.ts'
import type { FaultRates } from './faults.ts'
import type { HazardPlan, MerchantActKind } from './hazards.ts'

/** How the gateway ends a payment. */
export type GatewayEnd =
  | 'charged'
  | 'authorized'
  | 'held'
  | 'declined'
  | 'pending_charged'
  | 'pending_declined'
  | 'error'
  | 'error_charged'
  | 'duplicate'
  | 'duplicate_charged'

/** What BigCommerce's documentation leaves open, decided for one seed. */
export interface UpstreamTraits {
  /** Transactions and order states are shown up to this long after they happened. */
  readonly lagMsMax: number
  /** Whether something that shows may disappear and come back, all within the lag. */
  readonly flickers: boolean
  /** Whether minting and charging use what is shown of an order, not what it really is. */
  readonly checksLag: boolean
  /** Whether gateways record transactions at all. */
  readonly isBlind: boolean
  readonly declinesAreTransactions: boolean
  /** Whether a shopper was declined on the order before, at another checkout. */
  readonly wasDeclinedElsewhere: boolean
  /** Whether gateways leave the payment method out of their transactions. */
  readonly leavesMethodOut: boolean
  /** Whether a transaction that ends a pending one does not say so. */
  readonly leavesReferenceOut: boolean
  /** Whether gateways leave the date out of their transactions. */
  readonly leavesDateOut: boolean
  /** Whether a proxy that sent a charge twice may pass on the answer to the second. */
  readonly answersForCopy: boolean
  /** What is checked first: whether the order can be paid, or whether the PAT was used. */
  readonly looksAtOrderFirst: boolean
  /** The order's state while a payment is pending, and after it was declined late. */
  readonly lateDeclineStatusId: 0 | 6
  readonly processingMsMax: number
  readonly pendingMsMax: number
  readonly gatewayEnds: readonly [GatewayEnd, ...GatewayEnd[]]
}

export interface OrderPlan {
  readonly totalMinor: number
  /** Balance of the gift certificates and of the store credit that this order's shoppers have. */
  readonly balanceMinor: number
}

export interface ShopperPlan {
  readonly orderIndex: number
  readonly device: number
  readonly instrumentTypes: readonly [InstrumentType, ...InstrumentType[]]
  readonly startMs: number
  /** How likely each next step of an impatient or careless client is. */
  readonly newKeyOnDoubt: number
  readonly otherBody: number
  readonly doubleClick: number
  readonly polls: number
}

/** The allowance of payments, as BigCommerce counts it. */
export interface BucketPlan {
  readonly limit: number
  readonly windowMs: number
  /** How much the delays of the network differ. */
  readonly marginMs: number
  readonly maxWaitMs: number
}

/** All that is decided before a run; what happens within it is decided by its dice. */
export interface Scenario {
  readonly seed: number
  /** For what happens within the run: the seed's own, except when a story is being simplified. */
  readonly dice: number
  readonly nodes: number
  readonly clockSkewMsMax: number
  readonly orders: readonly OrderPlan[]
  readonly shoppers: readonly ShopperPlan[]
  readonly faults: FaultRates
  /** From here on nothing new goes wrong. */
  readonly healAtMs: number
  /** The longest that a call through a port takes. */
  readonly latencyMsMax: number
  readonly upstream: UpstreamTraits
  readonly bucket: BucketPlan
  readonly hazards: HazardPlan
}

/** Whether every machine's clock tells how long something takes. */
export const hasTrueClocks = ({ clockSkewMsMax, hazards }: Scenario): boolean =>
  clockSkewMsMax === 0 && hazards.nodeClocks.length === 0

/** Acts that may look like the end of a payment of ours, and like none; and those after which nothing can be read. */
const misleading: ReadonlySet<MerchantActKind> = new Set([
  'await_payment',
  'pay_elsewhere',
  'delete',
  'refuse',
])

/**
 * Whether the upstream of this scenario shows so little that only a person can find out: a gateway that records no
 * transactions, traces of a late decline that look like the next payment's, lists that can never be read whole, voids
 * that do not say what they void, or an act that misleads.
 */
export const mayNeedReview = ({ upstream, hazards }: Scenario): boolean => {
  const { pages, oddEntries, merchants, voidedAtOnce } = hazards
  const hasVoids = voidedAtOnce > 0 || merchants.some(({ kind }) => kind === 'void')
  return (
    upstream.isBlind ||
    upstream.gatewayEnds.includes('pending_declined') ||
    oddEntries > 0 ||
    (pages !== null && (pages.ignores !== null || !pages.saysPagination)) ||
    (hasVoids && upstream.leavesReferenceOut) ||
    merchants.some(({ kind }) => misleading.has(kind))
  )
}
