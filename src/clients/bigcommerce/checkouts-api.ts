import { createHash } from 'node:crypto'
import type { Checkout } from '../../domain/checkout.ts'
import { currencyIn, nearestMoney } from '../../domain/money.ts'
import type { Order } from '../../domain/order.ts'
import type { PaymentMethodsReading } from '../../domain/payment-method.ts'
import { Problem } from '../../domain/problem.ts'
import type { RequestContext } from '../../request-context.ts'
import {
  answeredAtMs,
  fieldsIn,
  momentIn,
  retryAfterSeconds,
  textIn,
  type UpstreamAnswer,
  wholeNumberIn,
  wordIn,
} from './exchange.ts'
import { orderIn, problemOfUnreadMethods } from './management-api.ts'
import type { ManagementHttp } from './management-call.ts'
import { createTakeMethods } from './read-payment-methods.ts'

/** What became of asking BigCommerce to make an order of a checkout. */
export type OrderMaking =
  | { readonly kind: 'made'; readonly orderId: number }
  /** BigCommerce has not made one: the checkout lacks something, is gone, or this service may not. */
  | { readonly kind: 'not_made'; readonly why: 'not_ready' | 'gone' | 'refused' }
  /** It has not made one either: no byte has reached it, or it takes no requests for a moment. */
  | { readonly kind: 'not_made'; readonly why: 'not_asked'; readonly problem: Problem }
  /** It may have made one. */
  | { readonly kind: 'unknown' }

/** The calls for checkouts on BigCommerce's management host. */
export interface CheckoutsApi {
  /** @returns null when the store has no such checkout, or has none any more. @throws Problem */
  getCheckout(checkoutId: string, context: RequestContext): Promise<Checkout | null>
  /**
   * All orders that were made of a checkout, each once; archived ones are left out.
   *
   * @throws Problem `upstream_unavailable` also where a row is of another checkout: then the list says nothing about this one.
   */
  listOrdersOfCart(checkoutId: string, context: RequestContext): Promise<readonly Order[]>
  /** @returns null when the store has no such checkout. @throws Problem */
  listCheckoutMethods(checkoutId: string, context: RequestContext): Promise<PaymentMethodsReading | null>
  /** Makes an order of a checkout. Asked once, since each time makes another order. Never throws. */
  makeOrder(checkoutId: string, context: RequestContext): Promise<OrderMaking>
}

export function createCheckoutsApi(http: Pick<ManagementHttp, 'call'>): CheckoutsApi {
  const read = (path: string, context: RequestContext) => http.call({ method: 'GET', path }, context)
  const takeMethods = createTakeMethods()

  return {
    async getCheckout(checkoutId, context) {
      const answer = await read(`/v3/checkouts/${checkoutId}`, context)
      if (answer.status === 404) return null
      if (answer.status !== 200) throw problemOfUnread(answer)
      const checkout = checkoutIn(answer.json)
      // This answer says whose checkout it is, so it must not be about another checkout.
      if (checkout?.id !== checkoutId) throw new Problem('upstream_unusable')
      return checkout
    },

    async listOrdersOfCart(checkoutId, context) {
      const orders = new Map<number, Order>()
      for (let page = 1; page <= pagesMax; page++) {
        const query = page === 1 ? '' : `&page=${page}`
        const answer = await read(`/v2/orders?cart_id=${checkoutId}${query}`, context)
        const rows = (page > 1 && answer.status === 404 ? [] : rowsIn(answer)).map((row) =>
          orderOfCart(row, checkoutId, answer),
        )
        const before = orders.size
        for (const order of rows) orders.set(order.id, order)
        // The number of rows on a page is not documented. A page that brings nothing new is the last.
        if (orders.size === before) return [...orders.values()]
      }
      throw new Problem('upstream_unavailable')
    },

    async listCheckoutMethods(checkoutId, context) {
      const answer = await read(`/v3/payments/methods?checkout_id=${checkoutId}`, context)
      if (answer.status === 404) return null
      if (answer.status !== 200) throw problemOfUnreadMethods(answer)
      return takeMethods(answer, context)
    },

    async makeOrder(checkoutId, context) {
      const path = `/v3/checkouts/${checkoutId}/orders`
      try {
        return makingOf(await http.call({ method: 'POST', path, triesMax: 1 }, context))
      } catch (error) {
        return isNotAsked(error)
          ? { kind: 'not_made', why: 'not_asked', problem: error }
          : { kind: 'unknown' }
      }
    },
  }
}

/** More orders than any cart is made into. */
const pagesMax = 20

/** 204 is the empty list. @throws Problem */
function rowsIn(answer: UpstreamAnswer): readonly unknown[] {
  if (answer.status === 204) return []
  if (answer.status !== 200) throw problemOfUnread(answer)
  if (!Array.isArray(answer.json)) throw new Problem('upstream_unavailable')
  return answer.json
}

function orderOfCart(row: unknown, checkoutId: string, answer: UpstreamAnswer): Order {
  const order = orderIn(row, answeredAtMs(answer))
  if (order?.cartId !== checkoutId) throw new Problem('upstream_unavailable')
  return order
}

/** If the store token lacks the scope, the operator must add it; then the checkout can be paid. */
function problemOfUnread(answer: UpstreamAnswer): Problem {
  if (answer.status === 429) {
    return new Problem('upstream_busy', { retryAfterSeconds: retryAfterSeconds(answer) })
  }
  const isAway = answer.status === 401 || answer.status === 403 || answer.status >= 500
  return new Problem(isAway ? 'upstream_unavailable' : 'upstream_unusable')
}

/** A 4xx that is no timeout proves that nothing was made. */
function makingOf({ status, json }: UpstreamAnswer): OrderMaking {
  if (status >= 200 && status < 300) {
    const orderId = wholeNumberIn(fieldsIn(fieldsIn(json)?.data)?.id)
    return orderId !== null && orderId > 0 ? { kind: 'made', orderId } : { kind: 'unknown' }
  }
  if (status < 400 || status >= 500 || status === 408) return { kind: 'unknown' }
  if (status === 404) return { kind: 'not_made', why: 'gone' }
  return { kind: 'not_made', why: status === 401 || status === 403 ? 'refused' : 'not_ready' }
}

/** No connection, so no byte was sent; or the gate did not let it through, or BigCommerce turned it away (429). */
const notConnected = new Set<unknown>([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function isNotAsked(error: unknown): error is Problem {
  if (!(error instanceof Problem)) return false
  if (error.code === 'upstream_busy') return true
  return error.cause instanceof Error && 'code' in error.cause && notConnected.has(error.cause.code)
}

/** `GET /v3/checkouts/{id}`, as far as paying relies on it. */
function checkoutIn(json: unknown): Checkout | null {
  const data = fieldsIn(fieldsIn(json)?.data)
  const cart = fieldsIn(data?.cart)
  const id = wordIn(data?.id) || wordIn(cart?.id)
  if (!data || !cart || !id) return null
  const currency = currencyIn(fieldsIn(cart.currency)?.code)
  const customerId = wholeNumberIn(cart.customer_id)
  const orderId = wholeNumberIn(data.order_id)
  return {
    id,
    // 0 is BigCommerce's word for a guest.
    customerId: customerId !== null && customerId > 0 ? customerId : null,
    total: currency === null ? null : nearestMoney(data.grand_total, currency),
    orderId: orderId !== null && orderId > 0 ? orderId : null,
    cart: { contents: contentsOf(data, cart, currency), editedAtMs: lastEditOf(data, cart) },
  }
}

type Fields = Readonly<Record<string, unknown>>

function lastEditOf(data: Fields, cart: Fields): number | null {
  const moments = [data.updated_time, cart.updated_time].map(momentIn).filter((moment) => moment !== null)
  return moments.length === 0 ? null : Math.max(...moments)
}

const toldOfTotals = ['grand_total', 'subtotal_inc_tax', 'tax_total', 'shipping_cost_total_inc_tax'] as const
const toldOfItems = [
  'id',
  'product_id',
  'variant_id',
  'sku',
  'name',
  'quantity',
  'list_price',
  'sale_price',
] as const

/** What the shopper gets and what it costs. Times and links, which may change by themselves, are left out. */
function contentsOf(data: Fields, cart: Fields, currency: string | null): string {
  const kinds = Object.entries(fieldsIn(cart.line_items) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const items = kinds.flatMap(([kind, list]) =>
    (Array.isArray(list) ? list : []).map((item) =>
      [kind, ...told(fieldsIn(item) ?? {}, toldOfItems)].join(),
    ),
  )
  const totals = told(data, toldOfTotals)
  return createHash('sha256')
    .update(JSON.stringify([currency, totals, items.sort()]))
    .digest('hex')
}

const told = (fields: Fields, names: readonly string[]): string[] => names.map((name) => textIn(fields[name]))
