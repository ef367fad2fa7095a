/** The shop's own backend, which made the order or the cart, and lets the shopper pay it. */
export interface Checkout {
  readonly order: {
    /** An order has a number, a cart the id that its checkout has too. */
    readonly id: number | string
    readonly currency: string
    readonly total: string
    /** null where the shop cannot say. */
    readonly is_paid: boolean | null
    readonly shopper: { readonly name: string; readonly email: string }
    readonly items: readonly { readonly name: string; readonly quantity: number; readonly price: string }[]
  }
  readonly api_url: string
  readonly caller_token: string
  readonly card_method_id: string
}

/** @returns null when the shop knows no such order or cart. */
export async function openCheckout(id: number | string): Promise<Checkout | null> {
  const response = await fetch(
    `/storefront/${typeof id === 'number' ? 'orders' : 'carts'}/${encodeURIComponent(id)}/checkout`,
  )
  if (response.status === 404) return null
  if (!response.ok) throw new Error('The shop could not answer.')
  return (await response.json()) as Checkout
}

/** What the page's address names: `?order=216`, or `?checkout=` and the id of a cart. */
export async function payableOfPage(search: string): Promise<number | string> {
  const named = new URLSearchParams(search)
  const checkoutId = named.get('checkout')
  if (checkoutId !== null) return checkoutId
  const orderId = named.get('order')
  if (orderId !== null) return Number(orderId)
  const { order_id } = (await (await fetch('/demo/first-order')).json()) as { order_id: number }
  return order_id
}

/** As the shopper is told: an order has a number, a cart only a part of its id. */
export const nameOf = (id: number | string): { readonly kind: 'Order' | 'Cart'; readonly name: string } =>
  typeof id === 'number' ? { kind: 'Order', name: `#${id}` } : { kind: 'Cart', name: id.slice(0, 8) }
