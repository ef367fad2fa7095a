import type { UpstreamAnswer } from '../../clients/bigcommerce/exchange.ts'
import type { ManagementHttp } from '../../clients/bigcommerce/management-call.ts'
import { ORDER_ID_MAX } from '../../domain/order.ts'
import type { RequestContext } from '../../request-context.ts'
import { nameOf } from './within.ts'

/** What one read brought, and when, by our clock in milliseconds. */
export interface Reading {
  readonly sentAtMs: number
  readonly answeredAtMs: number
  /** null when there was no answer. */
  readonly answer: UpstreamAnswer | null
  /** Why there was none. */
  readonly failure?: string
}

/** Calls that show what the store's token may do. None changes anything. */
export interface StoreReadings {
  readonly order: Reading
  readonly transactions: Reading
  readonly methods: Reading
  readonly hooks: Reading
  /** What is answered to making an order of a checkout that does not exist; null where checkouts are not paid. */
  readonly making: Reading | null
}

export async function askStore(
  http: ManagementHttp,
  { orderId, paysCheckouts }: { readonly orderId: number | null; readonly paysCheckouts: boolean },
  context: RequestContext,
): Promise<StoreReadings> {
  // There is no such order, and 404 shows the scope as well as an order does.
  const id = orderId ?? ORDER_ID_MAX
  const read = (path: string) => ask('GET', path)
  async function ask(method: 'GET' | 'POST', path: string): Promise<Reading> {
    const sentAtMs = Date.now()
    try {
      const answer = await http.call({ method, path, triesMax: 1 }, context)
      return { sentAtMs, answeredAtMs: Date.now(), answer }
    } catch (error) {
      return { sentAtMs, answeredAtMs: Date.now(), answer: null, failure: nameOf(causeOf(error)) }
    }
  }
  const [order, transactions, methods, hooks, making] = await Promise.all([
    read(`/v2/orders/${id}`),
    read(`/v3/orders/${id}/transactions`),
    read(`/v3/payments/methods?order_id=${id}`),
    read('/v3/hooks?limit=250'),
    paysCheckouts ? ask('POST', `/v3/checkouts/${noCheckout}/orders`) : null,
  ])
  return { order, transactions, methods, hooks, making }
}

/** No checkout has this id, so no order can be made of it. */
const noCheckout = '00000000-0000-0000-0000-000000000000'

const causeOf = (error: unknown) => (error instanceof Error ? (error.cause ?? error) : error)
