import { SignJWT } from 'jose'

/** Issuer, audience and secret, as the service is configured with them. */
export interface CallerTokenIssuer {
  readonly issuer: string
  readonly audience: string
  /** The HS256 secret, 32 bytes or more. */
  readonly secret: string
}

/** What the token allows: some orders and checkouts, those of a customer, those that are both, or any. */
export interface CallerTokenGrant {
  readonly subject: string
  readonly scopes: readonly string[]
  readonly orderIds?: readonly number[]
  readonly checkoutIds?: readonly string[]
  readonly customerId?: number
  readonly anyOrder?: boolean
  readonly lifeSeconds: number
}

/** Signs a caller token, as a store's own backend does for the shopper who has just made or opened an order. */
export function mintCallerToken(by: CallerTokenIssuer, grant: CallerTokenGrant): Promise<string> {
  const { subject, scopes, orderIds, checkoutIds, customerId, anyOrder = false, lifeSeconds } = grant
  const claims = {
    scope: [...scopes, ...(anyOrder ? ['orders:any'] : [])].join(' '),
    ...(orderIds === undefined ? {} : { order_ids: orderIds }),
    ...(checkoutIds === undefined ? {} : { checkout_ids: checkoutIds }),
    ...(customerId === undefined ? {} : { customer_id: customerId }),
  }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(by.issuer)
    .setAudience(by.audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${lifeSeconds} seconds`)
    .sign(new TextEncoder().encode(by.secret))
}
