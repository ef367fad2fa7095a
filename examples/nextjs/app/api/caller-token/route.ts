import { mintCallerToken } from '@/lib/caller-token'
import { ownOrder } from '@/lib/shopper'

/** A caller token for an order of this shopper's. The browser asks for one before it calls Tillgate. */
export async function POST(request: Request): Promise<Response> {
  const { order_id } = ((await request.json().catch(() => null)) ?? {}) as { order_id?: number }
  const order = await ownOrder(Number(order_id))
  if (order === null) return new Response(null, { status: 404 })
  return Response.json({ token: await mintCallerToken(order) }, { headers: { 'cache-control': 'no-store' } })
}
