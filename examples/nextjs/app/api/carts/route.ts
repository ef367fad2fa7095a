import { createCart } from '@/lib/cart'
import { rememberCart, signedInCustomer } from '@/lib/shopper'

/** "Buy": fills a cart and goes to its checkout. No order is made: Tillgate makes it when it is paid. */
export async function POST(request: Request): Promise<Response> {
  const id = await createCart(signedInCustomer() ?? 0)
  await rememberCart(id, new URL(request.url).protocol === 'https:')
  return new Response(null, { status: 303, headers: { location: `/checkouts/${id}` } })
}
