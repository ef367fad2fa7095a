import { moneyFromDecimal } from '../../domain/money.ts'
import type { Order } from '../../domain/order.ts'
import {
  answeredAtMs,
  booleanIn,
  currencyIn,
  fieldsIn,
  isAbsent,
  textIn,
  type UpstreamAnswer,
  wholeNumberIn,
  wordIn,
} from './exchange.ts'

/**
 * `GET /v2/orders/{id}`, as far as paying relies on it. What the order does not say is left to its PAT; only whose order
 * it is has to be sure.
 *
 * @returns null when it is no order.
 */
export function readOrder(answer: UpstreamAnswer): Order | null {
  const fields = fieldsIn(answer.json)
  const id = wholeNumberIn(fields?.id)
  if (!fields || id === null || id <= 0) return null
  const customerId = wholeNumberIn(fields.customer_id)
  return {
    id,
    statusId: wholeNumberIn(fields.status_id),
    paymentStatus: wordIn(saidIn(fields.payment_status)),
    // 0 is BigCommerce's word for a guest.
    customerId: customerId !== null && customerId > 0 ? customerId : null,
    cartId: wordIn(fields.cart_id) || null,
    paymentProviderId: saidIn(fields.payment_provider_id),
    ...moneyOf(fields),
    isArchived: booleanIn(fields.is_deleted) ?? false,
    answeredAtMs: answeredAtMs(answer),
  }
}

/** A text, empty where nothing is said. What cannot be read is not nothing: it must not pass for an order that no one has paid. */
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
