import 'server-only'
import { SignJWT } from 'jose'
import { setting } from './setting'
import { subjectOf } from './shopper'
import type { Order } from './store'

/** Tillgate's client asks for a new one when it is over. */
const minutes = 15

/** Lets the browser see and pay this order, and nothing else. */
export const mintCallerToken = (order: Order): Promise<string> =>
  new SignJWT({
    scope: 'payments:read payments:write',
    order_ids: [order.id],
    // Only for a customer's order: it is what shows their stored cards, and lets a card be stored.
    ...(order.customer_id > 0 ? { customer_id: order.customer_id } : {}),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(setting('AUTH_ISSUER'))
    .setAudience(setting('AUTH_AUDIENCE'))
    .setSubject(subjectOf(order))
    .setIssuedAt()
    .setExpirationTime(`${minutes} minutes`)
    .sign(new TextEncoder().encode(setting('AUTH_HMAC_SECRET')))
