import { z } from 'zod'
import { BIGCOMMERCE_CODES } from '../../domain/bigcommerce-codes.ts'
import { currencyIn, moneyFromDecimal } from '../../domain/money.ts'
import type { Order } from '../../domain/order.ts'
import type { MintedToken } from '../../domain/payment-access-token.ts'
import type { PaymentMethodsReading } from '../../domain/payment-method.ts'
import { Problem } from '../../domain/problem.ts'
import type { ProblemCode } from '../../domain/problems.ts'
import { Sealed } from '../../domain/sealed.ts'
import type { TransactionsReading } from '../../domain/transaction.ts'
import type { RequestContext } from '../../request-context.ts'
import {
  answeredAtMs,
  booleanIn,
  fieldsIn,
  isAbsent,
  momentIn,
  readErrorEnvelope,
  retryAfterSeconds,
  textIn,
  type UpstreamAnswer,
  wholeNumberIn,
  wordIn,
} from './exchange.ts'
import type { ManagementHttp, ManagementRequest } from './management-call.ts'
import { readOrderTransactions } from './order-transactions.ts'
import { createTakeMethods } from './read-payment-methods.ts'

/** The calls on BigCommerce's management host; each throws a Problem when it cannot be answered. */
export interface ManagementApi {
  /** @returns null when the store has no such order. */
  getOrder(orderId: number, context: RequestContext): Promise<Order | null>
  listPaymentMethods(orderId: number, context: RequestContext): Promise<PaymentMethodsReading>
  /** What BigCommerce has recorded of payments on an order: all pages, and whether that is all there is. */
  listTransactions(orderId: number, context: RequestContext): Promise<TransactionsReading>
  /**
   * Makes a payment access token: for one order, for one use, for an hour. Never to be stored, logged or returned.
   *
   * @param isRecurring whether the charge is one that the merchant makes without a shopper, which gateways are told.
   */
  createPaymentAccessToken(
    orderId: number,
    context: RequestContext,
    isRecurring?: boolean,
  ): Promise<MintedToken>
}

/** `POST /v3/payments/access_tokens`. */
const MintAnswer = z.looseObject({ data: z.looseObject({ id: z.string().min(1).max(8192) }) })

export function createManagementApi(http: ManagementHttp): ManagementApi {
  async function accepted(
    request: ManagementRequest,
    context: RequestContext,
    problemOf: (answer: UpstreamAnswer) => Problem,
  ): Promise<UpstreamAnswer> {
    const answer = await http.call(request, context)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw problemOf(answer)
  }
  const read = (path: string) => ({ method: 'GET', path }) as const
  const takeMethods = createTakeMethods()

  return {
    async getOrder(orderId, context) {
      const answer = await http.call(read(`/v2/orders/${orderId}`), context)
      if (answer.status === 404) return null
      // 203: a proxy has changed the answer, usually a header. We check the content below.
      if (answer.status !== 200 && answer.status !== 203) throw problemOfUnreadOrder(answer)
      const order = readOrder(answer)
      // This answer says whose order it is, so it must not be about another order.
      if (order?.id !== orderId) throw new Problem('upstream_unusable')
      return order
    },

    async listPaymentMethods(orderId, context) {
      const answer = await accepted(
        read(`/v3/payments/methods?order_id=${orderId}`),
        context,
        problemOfUnreadMethods,
      )
      return takeMethods(answer, context, orderId)
    },

    async listTransactions(orderId, context) {
      const path = `/v3/orders/${orderId}/transactions`
      return readOrderTransactions({
        orderId,
        read: (query) => http.call(read(`${path}${query}`), context),
        problemOf: problemOfUnreadOrder,
      })
    },

    async createPaymentAccessToken(orderId, context, isRecurring = false) {
      const body = { order: { id: orderId, ...(isRecurring ? { is_recurring: true } : {}) } }
      const mint = { method: 'POST', path: '/v3/payments/access_tokens', body } as const
      const answer = await accepted(mint, context, problemOfRefusal)
      const minted = MintAnswer.safeParse(answer.json)
      // The error is not passed on as a cause: it may quote what was received.
      if (!minted.success) throw new Problem('upstream_unusable')
      return { token: new Sealed(minted.data.data.id), mintedAtMs: answeredAtMs(answer) }
    },
  }
}

/**
 * What a refusal by the management host means for our caller. Its status is never passed on: BigCommerce's 401
 * says that our credential failed, not the caller's.
 */
function problemOf(answer: UpstreamAnswer): Problem {
  if (answer.status === 429) {
    return new Problem('upstream_busy', { retryAfterSeconds: retryAfterSeconds(answer) })
  }
  // Before any code: a refused credential may carry the code of a malformed request (10001).
  if (answer.status === 401 || answer.status === 403) return new Problem('upstream_refused')
  const code = readErrorEnvelope(answer.json)?.code ?? null
  const row = code === null ? undefined : BIGCOMMERCE_CODES[code]
  if (row) {
    return new Problem(row.problem, { bigcommerceCode: code, ...(row.detail ? { detail: row.detail } : {}) })
  }
  if (answer.status >= 500) return new Problem('upstream_unavailable')
  if (answer.status === 404) return new Problem('order_not_found')
  if (answer.status === 409) return new Problem('order_not_payable')
  return new Problem('upstream_unusable')
}

const whereAnyoneReads: readonly ProblemCode[] = ['upstream_busy', 'upstream_refused', 'upstream_unavailable']
const whereMethodsAreRead: readonly ProblemCode[] = [
  ...whereAnyoneReads,
  'merchant_configuration',
  'order_not_found',
  'order_not_payable',
]

/**
 * A refusal to make a payment access token. A code about a gateway's decision makes no sense here: no gateway was asked,
 * so none has declined.
 */
export const problemOfRefusal = (answer: UpstreamAnswer): Problem =>
  oneOf([...whereMethodsAreRead, 'payment_rejected', 'amount_changed'], problemOf(answer))

/** A refusal to list payment methods, where a code that speaks of a payment makes no sense. */
export const problemOfUnreadMethods = (answer: UpstreamAnswer): Problem =>
  oneOf(whereMethodsAreRead, problemOf(answer))

/** A refusal to read an order or its transactions, whose errors know nothing of paying. */
export const problemOfUnreadOrder = (answer: UpstreamAnswer): Problem =>
  oneOf(whereAnyoneReads, problemOf(answer))

const oneOf = (known: readonly ProblemCode[], problem: Problem): Problem =>
  known.includes(problem.code) ? problem : new Problem('upstream_unusable')

/**
 * `GET /v2/orders/{id}`, as far as paying relies on it. What the order does not say is left to its PAT; only whose order
 * it is has to be sure.
 *
 * @returns null when it is no order.
 */
export const readOrder = (answer: UpstreamAnswer): Order | null => orderIn(answer.json, answeredAtMs(answer))

/** The same of one entry of a list. @param saidAtMs when BigCommerce answered, by its own clock. */
export function orderIn(json: unknown, saidAtMs: number | null): Order | null {
  const fields = fieldsIn(json)
  const id = wholeNumberIn(fields?.id)
  if (!fields || id === null || id <= 0) return null
  const customerId = wholeNumberIn(fields.customer_id)
  return {
    id,
    statusId: wholeNumberIn(fields.status_id),
    paymentStatus: wordIn(saidIn(fields.payment_status)),
    // 0 is BigCommerce's word for a guest.
    customerId: customerId !== null && customerId > 0 ? customerId : null,
    cartId: cartIdIn(fields.cart_id),
    source: wordIn(fields.order_source),
    createdAtMs: momentIn(fields.date_created),
    paymentProviderId: saidIn(fields.payment_provider_id),
    ...moneyOf(fields),
    isArchived: booleanIn(fields.is_deleted) ?? false,
    answeredAtMs: saidAtMs,
  }
}

/** A cart's id in one spelling, so that all orders of a cart meet at its fence. Orders without a cart must not meet there. */
function cartIdIn(value: unknown): string | null {
  const id = wordIn(textIn(value)).replace(/^\{(.*)\}$/, '$1')
  if (isNoCart(id)) return null
  return /^[\da-f]{32}$/.test(id) ? id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : id
}

/**
 * Whether it is a way to write that there is none: the nil UUID and the max UUID (RFC 9562), any other zero, a negative number, or a word such as
 * `none`. Carts have UUIDs; what else tells one cart from another has a digit, or is longer than words are.
 */
function isNoCart(id: string): boolean {
  const said = id.replace(/[^a-z\d]/g, '')
  return /^(?:0*|f{32}|[a-z]{1,19})$/.test(said) || /^-\d+$/.test(id)
}

/** A text, empty if nothing is said. An unreadable value is not "nothing": the order must not look unpaid because of it. */
const saidIn = (value: unknown): string => (isAbsent(value) ? '' : textIn(value) || 'unreadable')

function moneyOf(fields: Readonly<Record<string, unknown>>): Pick<Order, 'total' | 'due'> {
  // The transactional currency is what is charged; `currency_code` is what is displayed, and often the same.
  const currency = currencyIn(fields.default_currency_code) ?? currencyIn(fields.currency_code)
  const amount = currency === null ? null : amountIn(fields.total_inc_tax, currency)
  if (currency === null || amount === null) return { total: null, due: null }
  const total = { amount, currency }
  const storeCredit = creditIn(fields.store_credit_amount, currency)
  const giftCertificates = creditIn(fields.gift_certificate_amount, currency)
  if (storeCredit === null || giftCertificates === null) return { total, due: null }
  // Edited after credit was applied, an order can be worth less than the credit.
  return { total, due: { amount: Math.max(0, amount - storeCredit - giftCertificates), currency } }
}

/** A decimal in minor units; null for what is none, or says more than the currency's minor unit can hold. */
const amountIn = (value: unknown, currency: string): number | null =>
  moneyFromDecimal(decimalIn(value), currency)?.amount ?? null

const creditIn = (value: unknown, currency: string): number | null =>
  isAbsent(value) ? 0 : amountIn(value, currency)

/** Decimals come as text with four places, and now and then as numbers, with a float's noise. */
function decimalIn(value: unknown): string {
  const text = typeof value === 'number' ? value.toFixed(4) : value
  return typeof text === 'string' ? text.replace(/^-(?=[0.]+$)/, '') : ''
}
