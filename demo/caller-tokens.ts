import { randomBytes } from 'node:crypto'
import { type CallerTokenIssuer, mintCallerToken } from '../scripts/mint-caller-token.ts'
import { exampleOrder } from './example-order.ts'

/** A secret that nobody has seen before and nobody needs again. */
export const newIssuer = (): CallerTokenIssuer => ({
  issuer: 'demo-storefront',
  audience: 'tillgate-demo',
  secret: randomBytes(32).toString('base64url'),
})

/** The page asks for another when it is over; a lost one is soon worthless. */
export const pageTokenSeconds = 15 * 60
/** The printed lines should still work after lunch. */
export const printedTokenSeconds = 12 * 60 * 60

/** Lets the shopper of the example order see and pay these orders. */
export const mintShopperToken = (
  issuer: CallerTokenIssuer,
  orderIds: readonly number[],
  lifeSeconds: number,
): Promise<string> =>
  mintCallerToken(issuer, {
    subject: `customer-${exampleOrder.customer_id}`,
    scopes: ['payments:read', 'payments:write'],
    orderIds,
    customerId: exampleOrder.customer_id,
    lifeSeconds,
  })
