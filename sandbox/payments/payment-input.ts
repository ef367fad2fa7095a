import { z } from 'zod'

const verificationValue = z.string().regex(/^\d{3,4}$/, 'must be 3 or 4 digits')
const storedToken = z.string().length(64)
const month = z.int().min(1).max(12)
const year = z.int().min(1000, 'must have four digits').max(9999, 'must have four digits')
const numeric = z.union([z.int(), z.string().regex(/^\d+$/)])

const InstrumentSchema = z.discriminatedUnion(
  'type',
  [
    z.looseObject({
      type: z.literal('card'),
      number: z.string().min(1),
      cardholder_name: z.string().min(1),
      expiry_month: month,
      expiry_year: year,
      verification_value: verificationValue,
      issue_month: month.optional(),
      issue_year: z.int().optional(),
      issue_number: z.int().optional(),
    }),
    z.looseObject({
      type: z.literal('stored_card'),
      token: storedToken,
      verification_value: verificationValue.optional(),
    }),
    z.looseObject({ type: z.literal('stored_paypal_account'), token: storedToken }),
    z.looseObject({ type: z.literal('stored_bank_account'), token: storedToken }),
    z.looseObject({ type: z.literal('gift_certificate'), gift_certificate_code: z.string().min(1) }),
    z.looseObject({ type: z.literal('store_credit') }),
    z.looseObject({
      type: z.literal('tokenized_card'),
      token: z.string().min(1),
      iin: numeric.optional(),
      last_four_digits: numeric.optional(),
      expiration_month: numeric.optional(),
      expiration_year: numeric.optional(),
    }),
  ],
  { error: 'Type is invalid' },
)

export type Instrument = z.infer<typeof InstrumentSchema>
export type InstrumentOf<Type extends Instrument['type']> = Extract<Instrument, { type: Type }>

const BodySchema = z.looseObject({
  payment: z.looseObject({
    instrument: InstrumentSchema,
    payment_method_id: z.string().min(1),
    save_instrument: z.boolean().default(false),
  }),
})

export type PaymentInput = z.infer<typeof BodySchema>['payment']

export type PaymentReading =
  | { readonly payment: PaymentInput }
  | { readonly errors: Readonly<Record<string, string>> }

/** Unknown fields are ignored: nothing says that the platform refuses them. */
export function readPayment(body: unknown): PaymentReading {
  const parsed = BodySchema.safeParse(body)
  if (parsed.success) return { payment: parsed.data.payment }
  return {
    errors: Object.fromEntries(parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message])),
  }
}
