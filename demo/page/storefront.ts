/** The shop's own backend, which made the order and lets the shopper pay it. */
export interface Checkout {
  readonly order: {
    readonly id: number
    readonly currency: string
    readonly total: string
    readonly is_paid: boolean
    readonly shopper: { readonly name: string; readonly email: string }
    readonly items: readonly { readonly name: string; readonly quantity: number; readonly price: string }[]
  }
  readonly api_url: string
  readonly caller_token: string
  readonly card_method_id: string
}

/** @returns null when the shop knows no such order. */
export async function openCheckout(orderId: number): Promise<Checkout | null> {
  const response = await fetch(`/storefront/orders/${orderId}/checkout`)
  if (response.status === 404) return null
  if (!response.ok) throw new Error('The shop could not answer.')
  return (await response.json()) as Checkout
}

export async function orderIdOfPage(search: string): Promise<number> {
  const named = new URLSearchParams(search).get('order')
  if (named !== null) return Number(named)
  const { order_id } = (await (await fetch('/demo/first-order')).json()) as { order_id: number }
  return order_id
}
