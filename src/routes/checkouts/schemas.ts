import { z } from 'zod'
import { parseCheckoutId } from '../../domain/checkout.ts'
import { Problem } from '../../domain/problem.ts'
import { PaymentMethodSchema } from '../orders/list-payment-methods.ts'
import {
  currency,
  expectedAmount,
  minorUnits,
  PaymentIdParam,
  PayOrderPayment,
  refuseOtherMethod,
  sealed,
} from '../orders/schemas.ts'

const exampleCheckoutId = '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c12'
const aboutCheckoutId = {
  description: "The id of the checkout, which is its cart's.",
  examples: [exampleCheckoutId],
  // Told and not checked: what fits no pattern is a checkout that is not there.
  pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
  maxLength: 36,
}

export const CheckoutParams = z.object({
  checkoutId: z.string().meta(aboutCheckoutId),
})

export const CheckoutPaymentParams = CheckoutParams.extend(PaymentIdParam.shape)

/** @throws Problem `checkout_not_found`, as for a checkout that is not there. */
export function checkoutIdOf({ checkoutId }: z.output<typeof CheckoutParams>): string {
  const id = parseCheckoutId(checkoutId)
  if (id === null) throw new Problem('checkout_not_found')
  return id
}

const PayCheckoutRequest = z
  .strictObject({
    payment: PayOrderPayment,
    expected_amount: expectedAmount.meta({
      description:
        "The amount that the shopper agreed to, in the currency's minor unit, from `meta.checkout.amount`. If another amount is due, nothing is charged: `amount_changed`, whose `amount` says what is.",
      examples: [6098],
    }),
  })
  .superRefine(refuseOtherMethod)
  .meta({
    id: 'PayCheckoutRequest',
    description: 'One payment of a checkout that the shopper means to make.',
  })

/** The body as it is published and checked. The check seals the instrument. */
export const PayCheckoutBody = PayCheckoutRequest.transform(sealed)

const CheckoutDueSchema = z
  .strictObject({
    id: z.string().meta(aboutCheckoutId),
    amount: minorUnits.meta({
      description: "What a payment would charge now, in the currency's minor unit (cents, yen).",
      examples: [6098],
    }),
    currency: currency.meta({ description: 'The ISO 4217 code of the currency.', examples: ['USD'] }),
    payable: z.boolean().meta({
      description:
        'False while a payment is in progress or its outcome is unknown, and where nothing is due.',
      examples: [true],
    }),
  })
  .meta({
    id: 'CheckoutDue',
    description: 'What is to pay for the checkout, and whether it can be paid now.',
  })

export const CheckoutPaymentMethodsResponse = z
  .strictObject({
    data: z
      .array(PaymentMethodSchema)
      .meta({ description: "The methods, in BigCommerce's order.", maxItems: 1_000 }),
    meta: z.strictObject({ checkout: CheckoutDueSchema }).meta({ description: 'About the checkout.' }),
  })
  .meta({ id: 'CheckoutPaymentMethodsResponse', description: 'What a checkout can be paid with.' })
