import 'server-only'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { cookies } from 'next/headers'
import { setting } from './setting'
import { type Order, readOrder } from './store'

/** Who is signed in: BigCommerce's customer id, or null for a guest. Put your login here. */
export function signedInCustomer(): number | null {
  const id = Number(process.env.SHOP_CUSTOMER_ID ?? '')
  return Number.isInteger(id) && id > 0 ? id : null
}

/**
 * The order, if it is this shopper's: made by the customer who is signed in, or in this browser. Null otherwise, and where
 * there is none: it must not show which orders exist.
 */
export async function ownOrder(id: number): Promise<Order | null> {
  if (!Number.isSafeInteger(id) || id < 1) return null
  const customer = signedInCustomer()
  const isMadeHere = await hasOrderCookie(id)
  if (!isMadeHere && customer === null) return null
  const order = await readOrder(id)
  return isMadeHere || order?.customer_id === customer ? order : null
}

/** Whose token it is. Keys belong to this name, so a guest keeps one name for an order. */
export const subjectOf = ({ id, customer_id }: Order): string =>
  customer_id > 0 ? `customer-${customer_id}` : `order-${id}`

const cookieName = (orderId: number) => `order-${orderId}`

/** Proves that this shop gave the cookie to the browser that made the order. The text is no JWT, so the secret may be the same. */
const proofOf = (orderId: number) =>
  createHmac('sha256', setting('AUTH_HMAC_SECRET')).update(`order cookie ${orderId}`).digest('base64url')

async function hasOrderCookie(orderId: number): Promise<boolean> {
  const given = Buffer.from((await cookies()).get(cookieName(orderId))?.value ?? '')
  const right = Buffer.from(proofOf(orderId))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** How long a guest may come back to an order. */
const cookieSeconds = 7 * 24 * 60 * 60

export async function rememberOrder(orderId: number, isHttps: boolean): Promise<void> {
  const jar = await cookies()
  jar.set(cookieName(orderId), proofOf(orderId), {
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps,
    path: '/',
    maxAge: cookieSeconds,
  })
}
