import { z } from 'zod'
import { holdsCardNumber } from '../../domain/card-number.ts'
import { ORDER_ID_MAX, parseOrderId } from '../../domain/order.ts'
import { PUBLIC_STATUSES } from '../../domain/payment-attempt.ts'
import {
  INSTRUMENT_TYPES,
  OWN_METHOD_IDS,
  PaymentInstrument,
  reference,
  wholeNumber,
} from '../../domain/payment-instrument.ts'
import { sealInstrument } from '../../domain/sealed.ts'
import { instantField, openSetField, textField } from '../../openapi/documented-fields.ts'

const aboutOrderId = { description: 'The BigCommerce order id.', examples: [215] }
const orderId = z.preprocess(
  (text) => (typeof text === 'string' ? (parseOrderId(text) ?? text) : text),
  wholeNumber(1, ORDER_ID_MAX, 'Must be an order id'),
)
export const OrderParams = z.object({
  // Zod drops `examples` where a value is transformed. One without a name: of named ones a viewer takes none, where those of the body
  // have other names.
  id: orderId.meta({ description: aboutOrderId.description, example: 215 }),
})
export const orderIdField = z.int().min(1).max(ORDER_ID_MAX).meta(aboutOrderId)

export const minorUnits = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .meta({ maxLength: 3 })

export const PayOrderPayment = z
  .strictObject({
    instrument: PaymentInstrument,
    payment_method_id: reference.meta({
      description: 'The `id` of one of the payment methods.',
      examples: ['stripe.card'],
    }),
    save_instrument: z
      .boolean()
      .optional()
      .meta({
        description:
          'Stores the card for the signed-in customer, whom the caller token must name (`customer_id`). Otherwise it is paid without storing it, and `meta.instrument_saved` says so.',
        examples: [true],
      }),
  })
  .meta({
    id: 'PayOrderPayment',
    description: "BigCommerce's own body: the instrument and the method to pay with.",
  })

export const expectedAmount = wholeNumber(
  1,
  Number.MAX_SAFE_INTEGER,
  'Must be a whole number of 1 or more',
).refine((amount) => !holdsCardNumber(String(amount)), 'Must not hold a card number')

interface Paying {
  readonly payment: z.output<typeof PayOrderPayment>
}

/** Gift certificates and store credit have a method of their own. */
export function refuseOtherMethod({ payment }: Paying, context: z.RefinementCtx): void {
  const { instrument, payment_method_id: given } = payment
  const own = (OWN_METHOD_IDS as Readonly<Record<string, string>>)[instrument.type]
  if (own !== undefined && own !== given) {
    context.addIssue({ code: 'custom', path: ['payment', 'payment_method_id'], message: `Must be ${own}` })
  }
}

export const sealed = <Body extends Paying>({ payment, ...rest }: Body) => ({
  ...rest,
  payment: { ...payment, instrument: sealInstrument(payment.instrument) },
})

const PayOrderRequest = z
  .strictObject({
    payment: PayOrderPayment,
    expected_amount: expectedAmount.optional().meta({
      description:
        "The amount that the shopper agreed to, in the currency's minor unit, from `meta.order.amount`. If the order is over another amount, it is not charged: `amount_changed`, whose `amount` says what it is over.",
      examples: [6098],
    }),
    is_recurring: z
      .boolean()
      .optional()
      .meta({
        description:
          'True for a payment that the merchant makes without the shopper, by an earlier agreement (a renewal). Only with a stored instrument, and only for a server whose token has the scopes `payments:recurring` and `orders:any`.',
        examples: [false],
      }),
  })
  .superRefine(refuseOtherMethod)
  .superRefine(({ is_recurring: isRecurring, payment }, context) => {
    if (!isRecurring) return
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (!payment.instrument.type.startsWith('stored_')) {
      const types = INSTRUMENT_TYPES.filter((type) => type.startsWith('stored_')).join(' or ')
      refuse(['payment', 'instrument', 'type'], `Must be ${types} where is_recurring is true`)
    }
    if (payment.save_instrument) {
      refuse(
        ['payment', 'save_instrument'],
        'Must be left out where is_recurring is true: it is stored already',
      )
    }
  })
  .meta({ id: 'PayOrderRequest', description: 'One payment that the shopper means to make.' })

/** The body as it is published and checked. The check seals the instrument. */
export const PayOrderBody = PayOrderRequest.transform(sealed)

const prefer = z
  .string()
  .regex(/^[ -~]+$/)
  .optional()
  .meta({
    description:
      '`wait=20`: answer as soon as a payment that has no end yet has one, or after that many seconds, 30 at most (RFC 7240). `Preference-Applied` says that it was done; without it, the answer came at once, and asking again later is up to the client.',
    examples: ['wait=20'],
    maxLength: 255,
  })

export const PreferHeaders = z.looseObject({ Prefer: prefer })

export const exampleKey = '0b7f6c1e-52f3-4a8e-9d0c-6f1f8a3f2b11'

export const PayOrderHeaders = z.looseObject({
  'Idempotency-Key': z
    .string()
    .regex(/^"?[A-Za-z0-9_-]{16,255}"?$/)
    .meta({
      description:
        'A new one (a UUID) for each payment that a shopper means to make, and the same one for every retry of it. For 30 days, a finished payment gets the same answer again.',
      examples: [exampleKey],
      maxLength: 257,
    }),
  Prefer: prefer,
})

const examplePaymentId = '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c11'

const PaymentSchema = z
  .strictObject({
    id: textField('The id of this payment.', examplePaymentId, 64),
    order_id: orderIdField.nullable().meta({
      ...aboutOrderId,
      description: 'The BigCommerce order id. Null while the order is being made of its checkout.',
    }),
    status: z.enum(PUBLIC_STATUSES).meta({
      description:
        '`success`, `declined` and `not_charged` are final. `processing`, `pending` and `unknown` are not: do not pay again. `needs_review` needs a person.',
      examples: ['success'],
    }),
    transaction_type: openSetField(
      '`purchase`: captured. `authorization`: reserved; the merchant captures it later.',
      ['authorization', 'purchase'],
      'purchase',
    ).nullable(),
    amount: minorUnits.nullable().meta({
      description:
        "The amount of the charge, in the currency's minor unit. Null until it is known. Also null for gift certificates and store credit, which may pay a part without BigCommerce saying how much: `meta.order.amount` of the payment methods is what is left to pay.",
      examples: [6098],
    }),
    currency: currency.nullable().meta({
      description: 'The ISO 4217 code of the currency; null where the amount is null.',
      examples: ['USD'],
    }),
    payment_method_id: textField('The payment method.', 'stripe.card'),
    instrument_type: openSetField('The type of the instrument.', INSTRUMENT_TYPES, 'card'),
    bigcommerce_id: textField(
      "BigCommerce's id of the payment.",
      '693bb4cd-3f20-444a-8315-6369f582c68a',
    ).nullable(),
    bigcommerce_code: z
      .int()
      .nullable()
      .meta({ description: "BigCommerce's error code, if there was one.", examples: [30106] }),
    created_at: instantField('When the payment began.'),
    updated_at: instantField('When it was last updated.'),
    held_since: instantField(
      'Since when it has not been known what became of the payment. This and the next three are there while `status` is `unknown`, `pending` or `needs_review`.',
    )
      .nullable()
      .optional(),
    why: textField('Why it is held, in a sentence for people.', 'No clear answer to the charge came.')
      .nullable()
      .optional(),
    next_look_at: instantField('When the service looks at BigCommerce next; asking makes it look at once.')
      .nullable()
      .optional(),
    free_at_latest: instantField(
      'When the order can be paid again at the latest, if BigCommerce can be read and shows no charge. Null where only a charge, a refusal or a person ends it.',
    )
      .nullable()
      .optional(),
  })
  .meta({ id: 'Payment', description: 'One attempt to pay an order, and its state.' })

export const PaymentIdParam = z.object({
  paymentId: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .meta({ description: 'The `id` of the payment.', examples: [examplePaymentId], maxLength: 64 }),
})

export const PaymentParams = OrderParams.extend(PaymentIdParam.shape)

export const PaymentsResponse = z
  .strictObject({
    data: z.array(PaymentSchema).meta({ description: 'The payments, newest first.', maxItems: 10_000 }),
    meta: z.strictObject({}).meta({ description: 'Empty for now.', examples: [{}] }),
  })
  .meta({ id: 'PaymentsResponse', description: 'Every attempt to pay an order.' })

export const PaymentResponse = z
  .strictObject({
    data: PaymentSchema,
    meta: z
      .strictObject({
        retry: z
          .literal('after')
          .meta({ description: 'Present while the payment is not final: ask again.', examples: ['after'] })
          .optional(),
        detail: textField(
          'What is known and what to do. A payment that has ended has it where the shop decided how.',
          'The payment is in progress. Do not pay again.',
        ).optional(),
        instrument_saved: z
          .boolean()
          .meta({
            description:
              'False where `save_instrument` was asked for and not done, in the answer to the payment.',
            examples: [false],
          })
          .optional(),
        instrument_saved_detail: textField(
          'Why it was not stored.',
          'The instrument was not stored: the caller token names no customer to store it for (customer_id).',
        ).optional(),
      })
      .meta({ id: 'PaymentMeta', description: 'What to do about the payment, and what was not done.' }),
  })
  .meta({ id: 'PaymentResponse', description: 'A payment, and what to do about it.' })
