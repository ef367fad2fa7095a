import type { Answer } from '../answer.ts'
import type { GatewayOutcome } from '../data/card-outcomes.ts'
import type { TransactionCard } from '../state/transactions.ts'

/** Where the money of one payment comes from, once its instrument has been found good. */
export type Funding = {
  readonly method: 'credit_card' | 'electronic_wallet' | 'token' | 'gift_certificate' | 'store_credit'
  /** Less than the order's remainder only for gift certificates and store credit. */
  readonly amount: number
  readonly card?: TransactionCard
  readonly instrumentToken?: string
  readonly outcome?: GatewayOutcome
  readonly giftCertificateCode?: string
}

export type FundingResult = { readonly funding: Funding } | { readonly refused: Answer }
