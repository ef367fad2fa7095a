import type { InstrumentType } from '../../../src/domain/payment-instrument.ts'
import type { FaultRates } from './faults.ts'

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

/** What is left open by BigCommerce's documentation, decided for one seed. */
export interface UpstreamTraits {
  /** Transactions and order states are shown up to this long after they came about. */
  readonly lagMsMax: number
  /** Whether what is to be shown appears for a moment, disappears, and comes back, all within the lag. */
  readonly flickers: boolean
  /** Whether minting and charging go by what is shown of an order instead of what has become of it. */
  readonly checksLag: boolean
  /** Whether gateways record transactions at all. */
  readonly isBlind: boolean
  readonly declinesAreTransactions: boolean
  /** Whether a shopper was declined on the order before, at a checkout that is not ours. */
  readonly wasDeclinedElsewhere: boolean
  /** Whether gateways leave the payment method out of their transactions. */
  readonly leavesMethodOut: boolean
  /** Whether a transaction that ends a pending one does not say so. */
  readonly leavesReferenceOut: boolean
  /** Whether a proxy that sent a charge twice may pass on the answer to the second. */
  readonly answersForCopy: boolean
  /** What a charge is refused for first: an order that cannot be paid, or a PAT that is spent. */
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

/** The allowance of payments, which everybody knows and BigCommerce counts by. */
export interface BucketPlan {
  readonly limit: number
  readonly windowMs: number
  /** As much as the network's delays differ. */
  readonly marginMs: number
  readonly maxWaitMs: number
}

/** All that is decided before a run; what happens within it is decided by its dice. */
export interface Scenario {
  readonly seed: number
  /** For what happens within the run; the seed's own unless somebody looks for a simpler story. */
  readonly dice: number
  readonly nodes: number
  readonly clockSkewMsMax: number
  readonly orders: readonly OrderPlan[]
  readonly shoppers: readonly ShopperPlan[]
  readonly faults: FaultRates
  /** From here on nothing new goes wrong. */
  readonly healAtMs: number
  /** How far apart in time the answers of the ports may be. */
  readonly latencyMsMax: number
  readonly upstream: UpstreamTraits
  readonly bucket: BucketPlan
}
