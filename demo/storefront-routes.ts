import type { FastifyInstance } from 'fastify'
import type { CallerTokenIssuer } from '../scripts/mint-caller-token.ts'
import { mintShopperToken, pageTokenSeconds } from './caller-tokens.ts'
import type { ShopCarts, Shown } from './shop-carts.ts'
import type { StoreOrders } from './store-orders.ts'

export interface StorefrontRoutesOptions {
  readonly orders: StoreOrders
  readonly carts: ShopCarts
  readonly issuer: CallerTokenIssuer
  readonly apiUrl: string
}

/** The gateway for new cards. The shop chooses; the page falls back to the first one offered. */
const cardMethodId = 'stripe.card'

/**
 * The storefront's own backend: it makes orders and carts, and mints a token for the shopper who pays. A real backend would check
 * the session first; the demo's only shopper is always signed in.
 */
export async function storefrontRoutes(app: FastifyInstance, options: StorefrontRoutesOptions) {
  const { orders, carts, issuer, apiUrl } = options

  app.post('/storefront/orders', async (_request, reply) =>
    reply.code(201).send({ order_id: await orders.create() }),
  )

  app.post('/storefront/carts', async (_request, reply) =>
    reply.code(201).send({ checkout_id: carts.create() }),
  )

  app.get<{ Params: { id: string } }>('/storefront/orders/:id/checkout', async (request, reply) => {
    const id = Number(request.params.id)
    const order = await orders.read(id)
    return order === null ? reply.callNotFound() : opened(order, { orderIds: [id] })
  })

  app.get<{ Params: { id: string } }>('/storefront/carts/:id/checkout', async (request, reply) => {
    const { id } = request.params
    const cart = carts.find(id)
    return cart === null ? reply.callNotFound() : opened(cart, { checkoutIds: [id] })
  })

  const opened = async (order: Shown, named: Parameters<typeof mintShopperToken>[1]) => ({
    order,
    api_url: apiUrl,
    caller_token: await mintShopperToken(issuer, named, pageTokenSeconds),
    card_method_id: cardMethodId,
  })
}
