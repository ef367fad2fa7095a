import 'server-only'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { cookies } from 'next/headers'
import { setting } from './setting'

/** What a shopper may pay, as a caller token says it. */
export interface Grant {
  /** Whose token it is. Idempotency keys belong to this name, so a guest keeps one name for a cart. */
  readonly subject: string
  readonly claims: {
    readonly checkout_ids?: readonly string[]
    readonly customer_id?: number
  }
}

/** Who is signed in: BigCommerce's customer id, or null for a guest. Put your login here. */
export function signedInCustomer(): number | null {
  const id = Number(process.env.SHOP_CUSTOMER_ID ?? '')
  return Number.isInteger(id) && id > 0 ? id : null
}

/**
 * What this shopper may do with a cart (by its id) or an order (by its number). Null for a cart of another browser: it must not
 * show which carts exist. A signed-in customer's token names the customer alone for an order, and Tillgate looks whose order it is.
 */
export async function grantOf(payableId: unknown): Promise<Grant | null> {
  const customer = signedInCustomer()
  // It shows the customer's stored cards, and lets a card be stored.
  const named = customer === null ? {} : { customer_id: customer }
  if (typeof payableId === 'number') {
    const isNumber = Number.isSafeInteger(payableId) && payableId > 0
    return customer === null || !isNumber ? null : { subject: `customer-${customer}`, claims: named }
  }
  if (typeof payableId !== 'string' || !(await hasCartCookie(payableId))) return null
  return {
    subject: customer === null ? `cart-${payableId}` : `customer-${customer}`,
    claims: { checkout_ids: [payableId], ...named },
  }
}

const cookieName = (cartId: string) => `cart-${cartId}`

/** Proves that this shop gave the cookie to the browser that filled the cart. The text is no JWT, so the secret may be the same. */
const proofOf = (cartId: string) =>
  createHmac('sha256', setting('AUTH_HMAC_SECRET')).update(`cart cookie ${cartId}`).digest('base64url')

async function hasCartCookie(cartId: string): Promise<boolean> {
  const given = Buffer.from((await cookies()).get(cookieName(cartId))?.value ?? '')
  const right = Buffer.from(proofOf(cartId))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** How long a guest may come back to a cart. */
const cookieSeconds = 7 * 24 * 60 * 60

export async function rememberCart(cartId: string, isHttps: boolean): Promise<void> {
  const jar = await cookies()
  jar.set(cookieName(cartId), proofOf(cartId), {
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps,
    path: '/',
    maxAge: cookieSeconds,
  })
}
