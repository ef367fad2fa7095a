import cardValidator from 'card-validator'
import { z } from 'zod'
import { holdsCardNumber } from './card-number.ts'

/** Free text, which is kept or fingerprinted and so must not hold a card number that somebody put in the wrong place. */
export const textWithoutCardNumber = z
  .string()
  .min(1)
  .refine((text) => !holdsCardNumber(text), 'Looks like a card number')

/** What names and codes are made of is nobody's to say, as long as it can be printed on one line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is they who are refused; `\P{Cc}` is not known everywhere
export const printable = /^[^\x00-\x1f]+$/
export const printableOnly = 'No control characters'

/** Digits only: what a card number looks like once the spaces that people type are gone. */
export const cardNumber = z
  .string()
  .regex(/^\d{12,19}$/, '12 to 19 digits, without spaces')
  .meta({
    description: 'The card number. Checked (length, brand, Luhn) before anything is sent.',
    examples: ['4242424242424242'],
    maxLength: 19,
  })

export const cardholderName = textWithoutCardNumber
  .max(255)
  .refine((name) => cardValidator.cardholderName(name).isValid, 'A name, not a number')
  .regex(printable, printableOnly)
  .meta({ description: 'The name as it is printed on the card.', examples: ['Jane Doe'] })

export const verificationValue = z
  .string()
  .regex(/^\d{3,4}$/, 'Three digits, four for American Express')
  .meta({
    description: 'The CVV or CVC. Never the last four digits of the card.',
    examples: ['422'],
    maxLength: 4,
  })

export const issueYear = z
  .int()
  .min(1990)
  .max(2099)
  .meta({ description: 'The year of issue. Only on some older UK debit cards.', examples: [2024] })

interface CardFields {
  readonly number: string
  readonly expiry_month: number
  readonly expiry_year: number
  readonly verification_value: string
}

/**
 * The checks that need more than one field or the card's brand. Messages never quote the value: it would be a
 * card number.
 */
export function refuseInvalidCard(card: CardFields, context: z.RefinementCtx): void {
  const refuse = (field: keyof CardFields, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message })

  const number = cardValidator.number(card.number)
  if (!number.isValid) refuse('number', 'Not a valid card number')
  const hasCode = /^\d{3,4}$/.test(card.verification_value)
  if (number.card && hasCode && !cardValidator.cvv(card.verification_value, number.card.code.size).isValid) {
    refuse('verification_value', `This brand has a security code of ${number.card.code.size} digits`)
  }
  const expiry = cardValidator.expirationDate({
    month: String(card.expiry_month),
    year: String(card.expiry_year),
  })
  const isMonth = card.expiry_month >= 1 && card.expiry_month <= 12
  if (isMonth && !expiry.isValid)
    refuse('expiry_year', 'The card has expired, or expires too far in the future')
}
