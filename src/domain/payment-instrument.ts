import { z } from 'zod'
import {
  cardholderName,
  cardNumber,
  issueYear,
  printable,
  printableOnly,
  refuseInvalidCard,
  textWithoutCardNumber,
  verificationValue,
} from './card-fields.ts'

const instrumentToken = z
  .string()
  .length(64)
  .regex(/^[\x21-\x7e]+$/, 'Only visible ASCII characters')
  .meta({
    description: 'Reference of a stored instrument, from `stored_instruments[].token`.',
    examples: ['050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef'],
  })

const month = z.int().min(1).max(12)
const year = z.int().min(2000, 'Four digits').max(2099, 'Four digits')
const type = <T extends string>(word: T) =>
  z.literal(word).meta({ description: 'Which kind of instrument this is.', examples: [word] })

const card = z
  .strictObject({
    type: type('card'),
    number: cardNumber,
    cardholder_name: cardholderName,
    expiry_month: month.meta({ description: 'The month in which the card expires.', examples: [12] }),
    expiry_year: year.meta({ description: 'The year in which it expires, four digits.', examples: [2030] }),
    verification_value: verificationValue,
    issue_month: month
      .meta({ description: 'The month of issue. Only on some older UK debit cards.', examples: [3] })
      .optional(),
    issue_year: issueYear.optional(),
    issue_number: z
      .int()
      .min(0)
      .max(99)
      .meta({ description: 'The issue number. Only on some older UK debit cards.', examples: [1] })
      .optional(),
  })
  .superRefine(refuseInvalidCard)
  .meta({
    id: 'CardInstrument',
    description: 'A card number. Puts the caller and this service in PCI DSS scope.',
  })

const storedCard = z
  .strictObject({
    type: type('stored_card'),
    token: instrumentToken,
    verification_value: verificationValue.optional().meta({
      description: 'The CVV, where the `STORED_CARD` entry of `supported_instruments` requires it.',
      examples: ['424'],
      maxLength: 4,
    }),
  })
  .meta({ id: 'StoredCardInstrument', description: "One of the shopper's stored cards." })

const storedPaypalAccount = z
  .strictObject({ type: type('stored_paypal_account'), token: instrumentToken })
  .meta({ id: 'StoredPaypalAccountInstrument', description: "The shopper's stored PayPal account." })

const storedBankAccount = z
  .strictObject({ type: type('stored_bank_account'), token: instrumentToken })
  .meta({ id: 'StoredBankAccountInstrument', description: "The shopper's stored bank account (ACH)." })

// The names differ from the card's (`expiration_`, not `expiry_`); BigCommerce's schema says string where its
// example says number, so both are taken and passed on as they came.
const tokenizedCard = z
  .strictObject({
    type: type('tokenized_card'),
    token: textWithoutCardNumber
      .max(255)
      .regex(/^[\x21-\x7e]+$/, 'Only visible ASCII characters')
      .meta({ description: 'What the provider gave in place of the card.', examples: ['bolt-a1b2c3d4e5'] }),
    iin: z
      .string()
      .regex(/^\d{6,8}$/, 'Six to eight digits')
      .meta({
        description: "The first six to eight digits: the issuer's.",
        examples: ['424242'],
        maxLength: 8,
      }),
    last_four_digits: z
      .string()
      .regex(/^\d{4}$/, 'Four digits')
      .meta({ description: 'The last four digits.', examples: ['4242'], maxLength: 4 }),
    expiration_month: z
      .union([
        month,
        z
          .string()
          .regex(/^(0?[1-9]|1[0-2])$/, '1 to 12')
          .meta({ maxLength: 2 }),
      ])
      .meta({ description: 'The month in which the card expires, as number or text.', examples: [12, '12'] }),
    expiration_year: z
      .union([
        year,
        z
          .string()
          .regex(/^20\d\d$/, 'Four digits')
          .meta({ maxLength: 4 }),
      ])
      .meta({ description: 'The year in which it expires, as number or text.', examples: [2030, '2030'] }),
  })
  .meta({ id: 'TokenizedCardInstrument', description: 'A card that a provider has tokenized (Bolt).' })

const giftCertificate = z
  .strictObject({
    type: type('gift_certificate'),
    gift_certificate_code: textWithoutCardNumber
      .max(255)
      .regex(printable, printableOnly)
      .meta({ description: 'The code that the shopper was given.', examples: ['GIFT-25-OFF'] }),
  })
  .meta({ id: 'GiftCertificateInstrument', description: 'A gift certificate; may pay a part of the order.' })

const storeCredit = z.strictObject({ type: type('store_credit') }).meta({
  id: 'StoreCreditInstrument',
  description: "The customer's store credit; may pay a part of the order.",
})

/** Everything the Payments API takes as an instrument, strictly (its own schema accepts almost any object). */
export const PaymentInstrument = z
  .discriminatedUnion('type', [
    card,
    storedCard,
    storedPaypalAccount,
    storedBankAccount,
    tokenizedCard,
    giftCertificate,
    storeCredit,
  ])
  .meta({
    id: 'PaymentInstrument',
    description: 'What the shopper pays with; `type` says which kind.',
    discriminator: {
      propertyName: 'type',
      mapping: {
        card: '#/components/schemas/CardInstrument',
        stored_card: '#/components/schemas/StoredCardInstrument',
        stored_paypal_account: '#/components/schemas/StoredPaypalAccountInstrument',
        stored_bank_account: '#/components/schemas/StoredBankAccountInstrument',
        tokenized_card: '#/components/schemas/TokenizedCardInstrument',
        gift_certificate: '#/components/schemas/GiftCertificateInstrument',
        store_credit: '#/components/schemas/StoreCreditInstrument',
      },
    },
  })

export type PaymentInstrument = z.output<typeof PaymentInstrument>
export type InstrumentType = PaymentInstrument['type']

export const INSTRUMENT_TYPES = PaymentInstrument.options.map((option) => option.shape.type.value)

/** These may pay a part of what is due, and BigCommerce does not say in its answer how much. */
export const paysAPart = (type: InstrumentType): boolean => type in OWN_METHOD_IDS

/** BigCommerce's own two methods, each of which goes with one instrument and one only. */
export const OWN_METHOD_IDS = {
  gift_certificate: 'bigcommerce.gift_certificate',
  store_credit: 'bigcommerce.store_credit',
} as const satisfies Partial<Record<InstrumentType, string>>
