import { z } from 'zod'
import { isCardNumber } from '../../domain/card-number.ts'
import { moneyFromDecimal } from '../../domain/money.ts'
import type { Order } from '../../domain/order.ts'
import type { Transaction } from '../../domain/transaction.ts'

/** Decimals come as strings, and now and then as numbers. */
const decimal = z.union([z.string(), z.number().transform(String)])

/** `GET /v2/orders/{id}`, as far as paying relies on it. Tolerant of additions. */
export const OrderAnswer = z
  .looseObject({
    id: z.int().positive(),
    status_id: z.int(),
    customer_id: z.int(),
    total_inc_tax: decimal,
    store_credit_amount: decimal.default('0'),
    gift_certificate_amount: decimal.default('0'),
    payment_status: z.string().catch(''),
    currency_code: z.string(),
    /** The transactional currency: what is charged, where `currency_code` is what is displayed. */
    default_currency_code: z.string().optional(),
  })
  .transform((answer, context): Order => {
    const currency = answer.default_currency_code ?? answer.currency_code
    const total = moneyFromDecimal(answer.total_inc_tax, currency)
    const storeCredit = moneyFromDecimal(answer.store_credit_amount, currency)
    const giftCertificates = moneyFromDecimal(answer.gift_certificate_amount, currency)
    if (!total || !storeCredit || !giftCertificates) {
      context.addIssue('Not an amount')
      return z.NEVER
    }
    // Edited after credit was applied, an order can be worth less than the credit.
    const due = Math.max(0, total.amount - storeCredit.amount - giftCertificates.amount)
    return {
      id: answer.id,
      statusId: answer.status_id,
      paymentStatus: answer.payment_status,
      customerId: answer.customer_id > 0 ? answer.customer_id : null,
      due: { amount: due, currency },
    }
  })

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

/** `GET /v3/orders/{id}/transactions`. The amount is a float in the major unit; events and gateways are open sets. */
export const TransactionsAnswer = z.looseObject({
  data: z.array(
    z
      .looseObject({
        id: z.int(),
        event: z.string(),
        status: z.string(),
        amount: decimal,
        currency: z.string(),
        payment_method_id: z.string().nullish().catch(null),
        // Documented examples show `{}` where null is meant.
        reference_transaction_id: z.int().nullish().catch(null),
      })
      .transform(
        ({
          id,
          event,
          status,
          amount,
          currency,
          payment_method_id,
          reference_transaction_id,
        }): Transaction => ({
          id,
          event,
          status,
          money: moneyFromDecimal(amount, currency),
          paymentMethodId: payment_method_id || null,
          referenceId: reference_transaction_id ?? null,
        }),
      ),
  ),
})
