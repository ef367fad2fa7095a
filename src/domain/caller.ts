export type Scope = 'payments:read' | 'payments:write'

/**
 * Which orders a caller may touch. Of the claims that a token carries one decides: the orders it names, else the
 * customer, else the scope for any (decision 0006).
 */
export type OrderAccess =
  | { readonly kind: 'orders'; readonly orderIds: ReadonlySet<number> }
  | { readonly kind: 'customer'; readonly customerId: number }
  | { readonly kind: 'any' }

/** The authenticated party behind a request. */
export interface Caller {
  /** Issuer and subject: whose idempotency keys these are. Never shown to anybody. */
  readonly principal: string
  readonly scopes: ReadonlySet<Scope>
  readonly access: OrderAccess
  /** The signed-in customer the token speaks of; never 0, which is BigCommerce's word for a guest. */
  readonly customerId: number | null
}

/**
 * Turns a caller token into a caller.
 *
 * @throws Problem `unauthenticated` when the token proves nothing, whatever the reason.
 */
export type VerifyCallerToken = (callerToken: string) => Promise<Caller>
