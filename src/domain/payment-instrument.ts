import cardValidator from 'card-validator'
import { z } from 'zod'
import { holdsCardNumber } from './card-number.ts'
import { Problem } from './problem.ts'

// Not issued any more, but among Authorize.Net's test cards: Visa numbers of 13 digits, and the first ranges of JCB.
cardValidator.creditCardType.updateCard('visa', { lengths: [13, 16, 18, 19] })
cardValidator.creditCardType.updateCard('jcb', {
  patterns: [2131, 1800, [3088, 3094], [3096, 3102], [3112, 3120], [3158, 3159], [3337, 3349], [3528, 3589]],
})

/** What a field must be, told for every mistake but one: a field that is missing is told as that. */
const must = (detail: string) => ({
  error: ({ input }: { readonly input?: unknown }) => (input === undefined ? undefined : detail),
})

/** A whole number. Whatever is wrong with it is told in one sentence. */
export const wholeNumber = (
  min: number,
  max: number,
  detail = `Must be a whole number from ${min} to ${max}`,
) => z.int(must(detail)).min(min, detail).max(max, detail)

/** Free text. It is kept or fingerprinted, so it must not hold a card number that was put into the wrong field. */
const textWithoutCardNumber = z
  .string()
  .min(1)
  .refine((text) => !holdsCardNumber(text), 'Must not hold a card number')

/** Names, codes and references may hold anything that can be printed on one line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses; not every reader of the contract knows `\P{Cc}`
const printable = /^[^\x00-\x1f]+$/
const printableOnly = 'Must not hold control characters'

/** Digits only, without the spaces that people type. */
const cardNumber = z
  .string()
  .regex(/^\d{12,19}$/, 'Must be 12 to 19 digits, without spaces')
  .meta({
    description: 'The card number. Checked (length, brand, Luhn) before anything is sent.',
    examples: ['4242424242424242'],
    maxLength: 19,
  })

const cardholderName = textWithoutCardNumber
  .max(255)
  .refine((name) => cardValidator.cardholderName(name).isValid, 'Must be a name, not a number')
  .regex(printable, printableOnly)
  .meta({ description: 'The name as it is printed on the card.', examples: ['Jane Doe'] })

const verificationValue = z.string().regex(/^\d{3,4}$/, 'Must be three digits, or four for American Express')

const issueYear = wholeNumber(1990, 2099).meta({
  description: 'The year of issue. Only on some older UK debit cards.',
  examples: [2024],
})

interface CardFields {
  readonly number: string
  readonly expiry_month: number
  readonly expiry_year: number
  readonly verification_value?: string | undefined
}

/** The day ends last at UTC-12. */
const latestZoneMs = 12 * 3_600_000

/** The checks that need several fields or the card's brand. No message quotes a value: it would be a card number. */
function refuseInvalidCard(card: CardFields, context: z.RefinementCtx): void {
  const refuse = (field: keyof CardFields, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message })

  const number = cardValidator.number(card.number)
  if (!number.isValid) refuse('number', 'Not a valid card number')
  const code = card.verification_value ?? ''
  const hasCode = /^\d{3,4}$/.test(code)
  if (number.card && hasCode && !cardValidator.cvv(code, number.card.code.size).isValid) {
    refuse('verification_value', `This brand has a security code of ${number.card.code.size} digits`)
  }
  // It is good until its month has ended everywhere. How far ahead it may expire is for the gateway to judge.
  const latest = new Date(Date.now() - latestZoneMs)
  const monthsLeft =
    (card.expiry_year - latest.getUTCFullYear()) * 12 + card.expiry_month - 1 - latest.getUTCMonth()
  if (card.expiry_month <= 12 && monthsLeft < 0) refuse('expiry_year', 'The card has expired')
}

/**
 * What BigCommerce lists and callers send back: the id of a method, the token of a stored instrument. The same rule holds
 * where it is listed, so that what is listed can be paid. No control character, and nothing that a database cannot keep.
 */
export const reference = textWithoutCardNumber
  .max(255)
  .regex(printable, printableOnly)
  .refine((text) => text.isWellFormed(), 'Must be Unicode')

const instrumentToken = reference.meta({
  description: 'Reference of a stored instrument, from `stored_instruments[].token`.',
  examples: ['050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef'],
})

const monthDetail = 'Must be a month, from 1 to 12'
const month = wholeNumber(1, 12, monthDetail)
const yearDetail = 'Must be a year of four digits'
const year = wholeNumber(2000, 9999, yearDetail)
const iinDetail = 'Must be six to eight digits'
const lastFourDetail = 'Must be four digits'
const type = <T extends string>(word: T) =>
  z.literal(word).meta({ description: 'Which kind of instrument this is.', examples: [word] })

const card = z
  .strictObject({
    type: type('card'),
    number: cardNumber,
    cardholder_name: cardholderName,
    expiry_month: month.meta({ description: 'The month in which the card expires.', examples: [12] }),
    expiry_year: year.meta({ description: 'The year in which it expires, four digits.', examples: [2030] }),
    verification_value: verificationValue.optional().meta({
      description:
        'The CVV or CVC, never the last four digits of the card. May be left out where the entry of `supported_instruments` for the card does not require it.',
      examples: ['422'],
      maxLength: 4,
    }),
    issue_month: month
      .meta({ description: 'The month of issue. Only on some older UK debit cards.', examples: [3] })
      .optional(),
    issue_year: issueYear.optional(),
    issue_number: wholeNumber(0, 99)
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

// The names differ from the card's (`expiration_`, not `expiry_`); BigCommerce's schema says text where its example has
// numbers, so both are taken and passed on as they came.
const textOr = (number: z.ZodNumber, text: RegExp, maxLength: number, detail: string) =>
  z.union([number, z.string().regex(text, detail).meta({ maxLength })], must(detail))
const tokenizedCard = z
  .strictObject({
    type: type('tokenized_card'),
    token: textWithoutCardNumber
      .max(255)
      .regex(/^[\x21-\x7e]+$/, 'Must be visible ASCII characters')
      .meta({ description: 'What the provider gave in place of the card.', examples: ['bolt-a1b2c3d4e5'] }),
    iin: textOr(wholeNumber(100_000, 99_999_999, iinDetail), /^\d{6,8}$/, 8, iinDetail).meta({
      description: "The first six to eight digits: the issuer's.",
      examples: ['424242', 424242],
    }),
    last_four_digits: textOr(wholeNumber(0, 9_999, lastFourDetail), /^\d{4}$/, 4, lastFourDetail).meta({
      description: 'The last four digits.',
      examples: ['4242', 4242],
    }),
    expiration_month: textOr(month, /^(0?[1-9]|1[0-2])$/, 2, monthDetail).meta({
      description: 'The month in which the card expires, as number or text.',
      examples: [12, '12'],
    }),
    expiration_year: textOr(year, /^[2-9]\d{3}$/, 4, yearDetail).meta({
      description: 'The year in which it expires, as number or text.',
      examples: [2030, '2030'],
    }),
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

/** @throws Problem `invalid_request`, with the types that this instance accepts, if it does not accept this one. */
export function refuseTypeNotTaken(type: string, taken: ReadonlySet<InstrumentType>): void {
  if (new Set<string>(taken).has(type)) return
  const error = { pointer: '/payment/instrument/type', detail: `Must be one of ${[...taken].join(', ')}` }
  throw new Problem('invalid_request', { errors: [error] })
}

/** These may pay a part of what is due, and BigCommerce does not say in its answer how much. */
export const paysAPart = (type: InstrumentType): boolean => type in OWN_METHOD_IDS

/** BigCommerce's own two methods, each of which goes with one instrument and one only. */
export const OWN_METHOD_IDS = {
  gift_certificate: 'bigcommerce.gift_certificate',
  store_credit: 'bigcommerce.store_credit',
} as const satisfies Partial<Record<InstrumentType, string>>

/** Their success closes no order: something may still be due. */
export const PART_PAYING_TYPES = INSTRUMENT_TYPES.filter(paysAPart)
