import { z } from 'zod'
import { INSTRUMENT_TYPES } from '../../domain/payment-instrument.ts'

const StoredInstrumentSchema = z
  .strictObject({
    type: z
      .string()
      .meta({ description: '`stored_card`, `stored_paypal_account` or `stored_bank_account`.' }),
    token: z.string().meta({ description: 'What to send as `instrument.token`.' }),
    is_default: z.boolean().optional(),
    brand: z.string().optional(),
    expiry_month: z.int().optional(),
    expiry_year: z.int().optional(),
    issuer_identification_number: z.string().optional(),
    last_4: z.string().optional(),
    email: z.string().optional(),
    masked_account_number: z.string().optional(),
    issuer: z.string().optional(),
  })
  .meta({ id: 'StoredInstrument', description: "One of the shopper's stored instruments." })

const PaymentMethodSchema = z
  .strictObject({
    id: z.string().meta({ description: 'What to send as `payment_method_id`.' }),
    name: z.string(),
    type: z.string(),
    test_mode: z.boolean(),
    supported_instruments: z.array(
      z.strictObject({
        instrument_type: z
          .string()
          .meta({ description: 'A card brand, or `STORED_CARD` and the like. An open set.' }),
        verification_value_required: z.boolean().optional(),
      }),
    ),
    stored_instruments: z.array(StoredInstrumentSchema).optional(),
    accepts: z
      .array(z.enum(INSTRUMENT_TYPES))
      .meta({ description: 'The instrument types that a payment by this method may use.' }),
  })
  .meta({ id: 'PaymentMethod', description: "BigCommerce's own fields, and `accepts`." })

export const PaymentMethodsResponse = z
  .strictObject({
    data: z.array(PaymentMethodSchema),
    meta: z.strictObject({
      order: z.strictObject({
        id: z.int(),
        amount: z
          .int()
          .min(0)
          .meta({ description: "Still to be paid, in the currency's minor unit (cents, yen)." }),
        currency: z.string(),
        payable: z
          .boolean()
          .meta({ description: 'False while a payment is under way or its outcome unknown.' }),
      }),
    }),
  })
  .meta({ id: 'PaymentMethodsResponse' })
