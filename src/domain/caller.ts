export type Scope = 'payments:read' | 'payments:write' | 'payments:recurring'

/**
 * Which orders a caller may read and pay. One claim of the token decides: the orders and checkouts that it names, else the customer, else
 * the scope for any order (decision 0006).
 */
export type OrderAccess =
  | {
      readonly kind: 'orders'
      readonly orderIds: ReadonlySet<number>
      /** In lower case. The orders of such a checkout are the caller's too. */
      readonly checkoutIds?: ReadonlySet<string>
    }
  | { readonly kind: 'customer'; readonly customerId: number }
  | { readonly kind: 'any' }

/** The authenticated party behind a request. */
export interface Caller {
  /** Issuer and subject. Idempotency keys belong to it. Never shown in an answer. */
  readonly principal: string
  readonly scopes: ReadonlySet<Scope>
  readonly access: OrderAccess
  /** The signed-in customer whom the token names; never 0, which BigCommerce uses for guests. */
  readonly customerId: number | null
}

/** Payments without a shopper are made by a trusted server alone, which has the scope for them too. */
export const mayPayRecurring = ({ scopes, access }: Pick<Caller, 'scopes' | 'access'>): boolean =>
  access.kind === 'any' && scopes.has('payments:recurring')

/**
 * Verifies a caller token.
 *
 * @throws Problem `unauthenticated` when the token does not prove who the caller is, for whatever reason.
 */
export type VerifyCallerToken = (callerToken: string) => Promise<Caller>

/** The same, at once where the caller is known already. */
export type VerifyOrRemember = (callerToken: string) => Promise<Caller> | Caller
