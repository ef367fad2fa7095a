import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { INSTRUMENT_TYPES } from '../../domain/payment-instrument.ts'
import { paymentMethodsExamples } from '../../openapi/answer-examples.ts'
import { openSetField, textField } from '../../openapi/documented-fields.ts'
import { COMMON_PROBLEMS, problemResponses } from '../../openapi/problem-responses.ts'
import { callerOf, contextOf } from '../../plugins/authentication.ts'
import type { ListPaymentMethods } from '../../services/list-payment-methods.ts'
import { currency, minorUnits, OrderParams, orderIdField } from './schemas.ts'

const StoredInstrumentSchema = z
  .strictObject({
    type: textField('`stored_card`, `stored_paypal_account` or `stored_bank_account`.', 'stored_card'),
    token: textField(
      'What to send as `instrument.token`.',
      '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef',
    ),
    is_default: z
      .boolean()
      .meta({ description: "Whether it is the shopper's default.", examples: [true] })
      .optional(),
    brand: textField("A card's brand. An open set.", 'VISA').optional(),
    expiry_month: z
      .int()
      .meta({ description: 'The month in which the card expires.', examples: [9] })
      .optional(),
    expiry_year: z
      .int()
      .meta({ description: 'The year in which the card expires.', examples: [2030] })
      .optional(),
    issuer_identification_number: textField(
      "The card's first digits, which identify its issuer.",
      '424242',
    ).optional(),
    last_4: textField("The card's last four digits.", '4242').optional(),
    email: textField('The address of a PayPal account.', 'jane@example.com', 320).optional(),
    masked_account_number: textField(
      'The number of a bank account, with only its end shown.',
      '****6789',
    ).optional(),
    issuer: textField('The bank of a bank account.', 'First National').optional(),
  })
  .meta({ id: 'StoredInstrument', description: "One of the shopper's stored instruments." })

const SupportedInstrumentSchema = z
  .strictObject({
    instrument_type: textField('A card brand, or `STORED_CARD` and the like. An open set.', 'VISA'),
    verification_value_required: z
      .boolean()
      .meta({ description: 'Whether a payment with it needs the CVV.', examples: [true] })
      .optional(),
  })
  .meta({
    id: 'SupportedInstrument',
    description: 'One kind of instrument that BigCommerce lists for the method.',
  })

export const PaymentMethodSchema = z
  .strictObject({
    id: textField('What to send as `payment_method_id`.', 'stripe.card'),
    name: textField('A name to show to shoppers.', 'Stripe'),
    type: textField('The kind of method. An open set.', 'card'),
    test_mode: z
      .boolean()
      .meta({ description: 'Whether the gateway moves no real money.', examples: [false] }),
    supported_instruments: z
      .array(SupportedInstrumentSchema)
      .meta({ description: "BigCommerce's own list of what the method takes.", maxItems: 1_000 }),
    stored_instruments: z
      .array(StoredInstrumentSchema)
      .meta({ description: "The shopper's stored instruments for this method.", maxItems: 1_000 })
      .optional(),
    accepts: z.array(openSetField('An instrument type.', INSTRUMENT_TYPES, 'card')).meta({
      description: 'The instrument types that `/pay` takes for this method.',
      examples: [['card', 'stored_card']],
      maxItems: 100,
    }),
  })
  .meta({ id: 'PaymentMethod', description: "BigCommerce's own fields, and `accepts`." })

const OrderDueSchema = z
  .strictObject({
    id: orderIdField,
    amount: minorUnits.meta({
      description: "What is left to pay, in the currency's minor unit (cents, yen).",
      examples: [6098],
    }),
    currency: currency.meta({ description: 'The ISO 4217 code of the currency.', examples: ['USD'] }),
    payable: z.boolean().meta({
      description: 'False while a payment is in progress or its outcome is unknown.',
      examples: [true],
    }),
  })
  .meta({ id: 'OrderDue', description: 'What is left to pay for the order, and whether it can be paid now.' })

export const PaymentMethodsResponse = z
  .strictObject({
    data: z
      .array(PaymentMethodSchema)
      .meta({ description: "The methods, in BigCommerce's order.", maxItems: 1_000 }),
    meta: z.strictObject({ order: OrderDueSchema }).meta({ description: 'About the order.' }),
  })
  .meta({ id: 'PaymentMethodsResponse', description: 'What an order can be paid with.' })

const written = new WeakMap<object, string>()

/**
 * What the schema's own serializer would write, which a test compares. All that is in it was held to the schema when it was read,
 * and a list that was written once is not written again.
 */
export function writeListing({
  data,
  meta,
}: {
  readonly data: z.input<typeof PaymentMethodsResponse>['data']
  readonly meta: object
}): string {
  const text = written.get(data) ?? JSON.stringify(data)
  written.set(data, text)
  return `{"data":${text},"meta":${JSON.stringify(meta)}}`
}

const description =
  'BigCommerce chooses the methods for each order. Stored instruments are those of its customer.'

const problems = [...COMMON_PROBLEMS, 'order_already_paid'] as const

const schema = {
  operationId: 'listPaymentMethods',
  summary: 'What this order can be paid with',
  description,
  tags: ['payments'],
  security: [{ callerToken: [] }],
  params: OrderParams,
  response: {
    200: { description: 'The methods.', content: { 'application/json': { schema: PaymentMethodsResponse } } },
    ...problemResponses(problems),
  },
  'x-problems': problems,
  'x-examples': { responses: paymentMethodsExamples },
}

export interface ListPaymentMethodsRouteOptions {
  readonly listPaymentMethods: ListPaymentMethods
}

export async function listPaymentMethodsRoute(
  app: FastifyInstance,
  { listPaymentMethods }: ListPaymentMethodsRouteOptions,
) {
  app
    .withTypeProvider<ZodTypeProvider>()
    .get(
      '/orders/:id/payment-methods',
      { schema, config: { scope: 'payments:read' } },
      async (request, reply) => {
        const { order, isPayable, methods } = await listPaymentMethods(
          callerOf(request),
          request.params.id,
          contextOf(request, 'reading'),
        )
        const { amount, currency } = order.due
        return reply
          .type('application/json; charset=utf-8')
          .serializer(writeListing)
          .send({
            data: methods,
            meta: { order: { id: order.id, amount, currency, payable: isPayable } },
          })
      },
    )
}
