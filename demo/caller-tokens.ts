import { randomBytes } from 'node:crypto'
import {
  type CallerTokenGrant,
  type CallerTokenIssuer,
  mintCallerToken,
} from '../scripts/mint-caller-token.ts'
import { exampleOrder } from './example-order.ts'

/** Signs with this secret, or with a new one for this run of the demo. */
export const newIssuer = (secret: string | null = null): CallerTokenIssuer => ({
  issuer: 'demo-storefront',
  audience: 'tillgate-demo',
  secret: secret ?? randomBytes(32).toString('base64url'),
})

/** Short, so that a stolen token is soon worthless. The page asks for a new one. */
export const pageTokenSeconds = 15 * 60
/** Long enough that the printed commands work all day. */
export const printedTokenSeconds = 12 * 60 * 60

/** Lets the shopper of the example order see and pay these orders and checkouts. */
export const mintShopperToken = (
  issuer: CallerTokenIssuer,
  named: Pick<CallerTokenGrant, 'orderIds' | 'checkoutIds'>,
  lifeSeconds: number,
): Promise<string> =>
  mintCallerToken(issuer, {
    subject: `customer-${exampleOrder.customer_id}`,
    scopes: ['payments:read', 'payments:write'],
    ...named,
    customerId: exampleOrder.customer_id,
    lifeSeconds,
  })
