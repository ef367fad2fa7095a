import { rememberOrder, signedInCustomer } from '@/lib/shopper'
import { createOrder } from '@/lib/store'

/** "Buy": makes the order and goes to its checkout. */
export async function POST(request: Request): Promise<Response> {
  const { id } = await createOrder(signedInCustomer() ?? 0)
  await rememberOrder(id, new URL(request.url).protocol === 'https:')
  return new Response(null, { status: 303, headers: { location: `/orders/${id}` } })
}
