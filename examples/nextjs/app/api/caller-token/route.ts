import { mintCallerToken } from '@/lib/caller-token'
import { grantOf } from '@/lib/shopper'

/** A caller token for what this shopper pays. The browser asks for one before it calls Tillgate. */
export async function POST(request: Request): Promise<Response> {
  const { payable_id } = ((await request.json().catch(() => null)) ?? {}) as { payable_id?: unknown }
  const grant = await grantOf(payable_id)
  if (grant === null) return new Response(null, { status: 404 })
  return Response.json({ token: await mintCallerToken(grant) }, { headers: { 'cache-control': 'no-store' } })
}
