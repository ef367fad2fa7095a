import { z } from 'zod'
import { isCardNumber } from '../../domain/card-number.ts'
import { moneyFromDecimal } from '../../domain/money.ts'
import type { Order } from '../../domain/order.ts'
import { answeredAtMs, type UpstreamAnswer } from './answer.ts'
import { booleanIn, currencyIn, fieldsIn, isAbsent, textIn, wholeNumberIn, wordIn } from './lenient.ts'

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
    paymentStatus: wordIn(fields.payment_status),
    // 0 is BigCommerce's word for a guest.
    customerId: customerId !== null && customerId > 0 ? customerId : null,
    paymentProviderId: textIn(fields.payment_provider_id),
    ...moneyOf(fields),
    isArchived: booleanIn(fields.is_deleted) ?? false,
    answeredAtMs: answeredAtMs(answer),
  }
}

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

/** A field of decoration: one that is not as documented is left out rather than the whole answer refused. */
const optional = <T extends z.ZodType>(shape: T) => shape.optional().catch(undefined)

/** As long as the contract tells clients that a text may be; hundreds of times what BigCommerce sends. */
const textLengthMax = 255
/** As many as the contract tells clients to make room for. */
const itemsMax = 1_000
const noCardNumber = (text: string) => !isCardNumber(text)
/** What callers send back must be whole. */
const reference = z.string().min(1).max(textLengthMax).refine(noCardNumber)
/** What is only read or shown is cut rather than all methods withheld. */
const words = z
  .string()
  .transform((text) => text.slice(0, textLengthMax).toWellFormed())
  .refine(noCardNumber)

const StoredInstrument = z.object({
  type: words,
  token: reference,
  is_default: optional(z.boolean()),
  brand: optional(words),
  expiry_month: optional(z.int()),
  expiry_year: optional(z.int()),
  issuer_identification_number: optional(words),
  last_4: optional(words),
  email: optional(words),
  masked_account_number: optional(words),
  issuer: optional(words),
})

const SupportedInstrument = z.object({
  instrument_type: words,
  verification_value_required: optional(z.boolean()),
})

const PaymentMethod = z.object({
  id: reference,
  name: words,
  type: words.default('card'),
  test_mode: z.boolean().default(false),
  supported_instruments: z.array(SupportedInstrument).max(itemsMax).default([]),
  stored_instruments: z.array(StoredInstrument).max(itemsMax).optional(),
})

/**
 * `GET /v3/payments/methods`. Instrument words are an open set, so unknown ones are passed through; unknown
 * fields are not, since no one has checked who may see them.
 */
export const PaymentMethodsAnswer = z.looseObject({ data: z.array(PaymentMethod).max(itemsMax) })

/** `POST /v3/payments/access_tokens`. */
export const PaymentAccessTokenAnswer = z.looseObject({
  data: z.looseObject({ id: z.string().min(1).max(8192) }),
})
