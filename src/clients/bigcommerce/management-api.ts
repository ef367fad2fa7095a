import type { Order } from '../../domain/order.ts'
import type { PaymentMethod } from '../../domain/payment-method.ts'
import { Problem } from '../../domain/problem.ts'
import type { RequestContext } from '../../domain/request-context.ts'
import { Sealed } from '../../domain/sealed.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { UpstreamAnswer } from './answer.ts'
import type { ManagementHttp, ManagementRequest } from './management-call.ts'
import { problemOfRefusal, problemOfUnreadMethods, problemOfUnreadOrder } from './management-problems.ts'
import { OrderAnswer, PaymentAccessTokenAnswer, PaymentMethodsAnswer, TransactionsAnswer } from './schemas.ts'

/** The calls on BigCommerce's management host; each throws a Problem when it cannot be answered. */
export interface ManagementApi {
  /** @returns null when the store has no such order. */
  getOrder(orderId: number, context: RequestContext): Promise<Order | null>
  listPaymentMethods(orderId: number, context: RequestContext): Promise<PaymentMethod[]>
  /** What BigCommerce has recorded of payments on an order; some gateways record nothing. */
  listTransactions(orderId: number, context: RequestContext): Promise<Transaction[]>
  /** Makes a payment access token: for one order, for one use, for an hour. Never to be stored, logged or returned. */
  createPaymentAccessToken(orderId: number, context: RequestContext): Promise<Sealed<string>>
}

/** Three tries of a read: two failures in a row are rare, three are an outage. */
const readTriesMax = 3
/** A PAT that is made and never used costs nothing, but it is the shopper who waits. */
const mintTriesMax = 2

export function createManagementApi(http: ManagementHttp): ManagementApi {
  async function accepted(
    request: ManagementRequest,
    context: RequestContext,
    problemOf: (answer: UpstreamAnswer) => Problem,
  ): Promise<unknown> {
    const answer = await http.call(request, context)
    if (answer.status >= 200 && answer.status < 300) return answer.json
    throw problemOf(answer)
  }
  const read = (path: string) => ({ method: 'GET', path, triesMax: readTriesMax }) as const

  return {
    async getOrder(orderId, context) {
      const answer = await http.call(read(`/v2/orders/${orderId}`), context)
      if (answer.status === 404) return null
      if (answer.status !== 200) throw problemOfUnreadOrder(answer)
      const order = parsed(OrderAnswer, answer.json)
      // Whose order it is, is read off this answer: it must not be about another one.
      if (order.id !== orderId) throw new Problem('upstream_unusable')
      return order
    },

    async listPaymentMethods(orderId, context) {
      const json = await accepted(
        read(`/v3/payments/methods?order_id=${orderId}`),
        context,
        problemOfUnreadMethods,
      )
      return parsed(PaymentMethodsAnswer, json).data
    },

    async listTransactions(orderId, context) {
      const answer = await http.call(read(`/v3/orders/${orderId}/transactions`), context)
      if (answer.status === 204) return []
      if (answer.status !== 200) throw problemOfUnreadOrder(answer)
      return parsed(TransactionsAnswer, answer.json).data
    },

    async createPaymentAccessToken(orderId, context) {
      const body = { order: { id: orderId } }
      const mint = {
        method: 'POST',
        path: '/v3/payments/access_tokens',
        body,
        triesMax: mintTriesMax,
      } as const
      return new Sealed(
        parsed(PaymentAccessTokenAnswer, await accepted(mint, context, problemOfRefusal)).data.id,
      )
    },
  }
}

interface Shape<T> {
  safeParse(json: unknown): { success: true; data: T } | { success: false; error: Error }
}

function parsed<T>(shape: Shape<T>, json: unknown): T {
  const result = shape.safeParse(json)
  // The error is not passed on as a cause: it may quote what was received.
  if (!result.success) throw new Problem('upstream_unusable')
  return result.data
}
