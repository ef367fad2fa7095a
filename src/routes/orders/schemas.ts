import { z } from 'zod'
import { textWithoutCardNumber } from '../../domain/card-fields.ts'
import { PUBLIC_STATUSES } from '../../domain/payment-attempt.ts'
import { INSTRUMENT_TYPES, OWN_METHOD_IDS, PaymentInstrument } from '../../domain/payment-instrument.ts'

/** BigCommerce's order ids are 32-bit integers from 1 up. */
const orderId = z.preprocess(
  (text) => (typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : text),
  z.int('Must be a whole number').positive().max(2_147_483_647),
)
export const OrderParams = z.object({ id: orderId.meta({ description: 'The BigCommerce order id.' }) })

const amount = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const currency = z.string().regex(/^[A-Z]{3}$/)

export const PayOrderBody = z
  .strictObject({
    payment: z.strictObject({
      instrument: PaymentInstrument,
      payment_method_id: textWithoutCardNumber
        .max(64)
        .regex(/^[A-Za-z0-9_.-]+$/, 'Letters, digits, points, hyphens and underscores')
        .meta({ description: 'The `id` of one of the payment methods, e.g. `stripe.card`.' }),
      save_instrument: z.boolean().optional().meta({
        description: 'Store the card for the signed-in customer. Needs a caller token with `customer_id`.',
      }),
    }),
    expected_amount: amount.positive().optional().meta({
      description:
        "What the shopper has agreed to pay, in the currency's minor unit, as `meta.order.amount` gives it. A payment that would charge anything else is refused with `amount_changed`.",
    }),
  })
  .superRefine(({ payment }, context) => {
    const { instrument, payment_method_id: given } = payment
    const own = (OWN_METHOD_IDS as Readonly<Record<string, string>>)[instrument.type]
    if (own !== undefined && own !== given) {
      context.addIssue({ code: 'custom', path: ['payment', 'payment_method_id'], message: `Must be ${own}` })
    }
  })
  .meta({ id: 'PayOrderRequest' })

export const PayOrderHeaders = z.looseObject({
  'Idempotency-Key': z
    .string()
    .regex(/^"?[A-Za-z0-9_-]{16,255}"?$/)
    .meta({
      description:
        'New for each payment a shopper means to make (a UUID), and the same for every retry of it. A finished one is answered the same again for 30 days.',
    }),
})

export const PaymentSchema = z
  .strictObject({
    id: z.string(),
    order_id: z.int(),
    status: z.enum(PUBLIC_STATUSES).meta({
      description:
        '`success` and `declined` are final. `processing`, `pending` and `unknown` are not: do not pay again. `needs_review` waits for a person.',
    }),
    transaction_type: z.enum(['authorization', 'purchase']).nullable().meta({
      description: '`purchase`: captured. `authorization`: reserved, to be captured by the merchant.',
    }),
    amount: amount.nullable().meta({
      description:
        "What is charged, in the currency's minor unit. Null until it is known, and for gift certificates and store credit: they may pay a part, and BigCommerce does not say how much. Read `meta.order.amount` of the payment methods for what is left.",
    }),
    currency: currency.nullable(),
    payment_method_id: z.string(),
    instrument_type: z.enum(INSTRUMENT_TYPES),
    bigcommerce_id: z.string().nullable().meta({ description: "BigCommerce's own id of the payment." }),
    bigcommerce_code: z
      .int()
      .nullable()
      .meta({ description: "BigCommerce's error code, where it gave one." }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Payment', description: 'One attempt to pay an order, and where it stands.' })

export const PaymentParams = OrderParams.extend({
  paymentId: z.string().min(1).max(64).meta({ description: 'The `id` of the payment.' }),
})

export const PaymentsResponse = z
  .strictObject({ data: z.array(PaymentSchema), meta: z.strictObject({}) })
  .meta({ id: 'PaymentsResponse' })

export const PaymentResponse = z
  .strictObject({
    data: PaymentSchema,
    meta: z.strictObject({ retry: z.literal('after').optional(), detail: z.string().optional() }),
  })
  .meta({ id: 'PaymentResponse' })
