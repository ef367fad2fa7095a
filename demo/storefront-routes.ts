import type { FastifyInstance } from 'fastify'
import type { CallerTokenIssuer } from '../scripts/mint-caller-token.ts'
import { mintShopperToken, pageTokenSeconds } from './caller-tokens.ts'
import type { StoreOrders } from './store-orders.ts'

export interface StorefrontRoutesOptions {
  readonly orders: StoreOrders
  readonly issuer: CallerTokenIssuer
  readonly apiUrl: string
}

/** The gateway for new cards. The shop chooses; the page falls back to the first one offered. */
const cardMethodId = 'stripe.card'

/**
 * The storefront's own backend: it makes orders and mints a token for the shopper who pays. A real backend would check
 * the session first; the demo's only shopper is always signed in.
 */
export async function storefrontRoutes(app: FastifyInstance, options: StorefrontRoutesOptions) {
  const { orders, issuer, apiUrl } = options

  app.post('/storefront/orders', async (_request, reply) =>
    reply.code(201).send({ order_id: await orders.create() }),
  )

  app.get<{ Params: { id: string } }>('/storefront/orders/:id/checkout', async (request, reply) => {
    const order = await orders.read(Number(request.params.id))
    if (order === null) return reply.callNotFound()
    return {
      order,
      api_url: apiUrl,
      caller_token: await mintShopperToken(issuer, [order.id], pageTokenSeconds),
      card_method_id: cardMethodId,
    }
  })
}
