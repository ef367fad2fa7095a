import { brandOf } from './card-brand.ts'
import { element } from './dom.ts'
import { createFormField, type FormField } from './form-field.ts'
import type { PaymentOption, Reading } from './payment-option.ts'
import { createSecurityCodeField } from './security-code-field.ts'
import { caretAfter, digitsOf, groupCardNumber, groupExpiry, readExpiry } from './typed-text.ts'

export interface CardFormOptions {
  readonly methodId: string
  /** Whether the shop can store the card for this shopper. */
  readonly canSave: boolean
}

/** A new card. Its number goes only to the payments API, and nothing of it is kept. */
export function createCardForm({ methodId, canSave }: CardFormOptions): PaymentOption {
  const number = numberField()
  const name = createFormField({
    id: 'card-name',
    label: 'Name on card',
    attributes: { autocomplete: 'cc-name', autocapitalize: 'words' },
  })
  const expiry = expiryField()
  const code = createSecurityCodeField('card-code', 'cc-csc')
  const save = element('input', { type: 'checkbox', id: 'card-save' })
  const saveRow = element('label', { class: 'check', for: 'card-save' }, save, 'Save this card for next time')
  const brandMark = element('span', { class: 'brand-mark', 'aria-hidden': 'true' })
  number.root.append(brandMark)
  number.input.addEventListener('input', () => {
    const { name: brand } = brandOf(digitsOf(number.value()))
    brandMark.textContent = brand === 'Card' ? '' : brand
  })

  const row = element('div', { class: 'field-row' }, expiry.root, code.root)
  const panel = element('div', { class: 'card-form' }, number.root, name.root, row)
  if (canSave) panel.append(saveRow)

  return {
    id: 'card',
    title: 'New card',
    panel,
    fields: { number, name, expiry, code },
    read: () => readCard({ number, name, expiry, code, methodId, isSaved: canSave && save.checked }),
  }
}

interface CardInput {
  readonly number: FormField
  readonly name: FormField
  readonly expiry: FormField
  readonly code: FormField
  readonly methodId: string
  readonly isSaved: boolean
}

/** Reports only missing fields. The payments API decides whether the card is valid. */
function readCard({ number, name, expiry, code, methodId, isSaved }: CardInput): Reading {
  const digits = digitsOf(number.value())
  const until = readExpiry(expiry.value())
  const missing = {
    ...(digits === '' ? { number: 'Enter the card number.' } : {}),
    ...(name.value() === '' ? { name: 'Enter the name on the card.' } : {}),
    ...(until === null ? { expiry: 'Enter the month and the year, as 09 / 2030.' } : {}),
    ...(code.value() === '' ? { code: 'Enter the security code.' } : {}),
  }
  if (until === null || Object.keys(missing).length > 0) return { missing }
  const instrument = {
    type: 'card' as const,
    number: digits,
    cardholder_name: name.value(),
    expiry_month: until.month,
    expiry_year: until.year,
    verification_value: code.value(),
  }
  return {
    payment: { instrument, payment_method_id: methodId, ...(isSaved ? { save_instrument: true } : {}) },
    paidWith: `${brandOf(digits).name} ending in ${digits.slice(-4)}`,
  }
}

function numberField(): FormField {
  const field = createFormField({
    id: 'card-number',
    label: 'Card number',
    attributes: { inputmode: 'numeric', autocomplete: 'cc-number', maxlength: '25' },
  })
  groupWhileTyping(field.input, groupCardNumber)
  return field
}

function expiryField(): FormField {
  const field = createFormField({
    id: 'card-expiry',
    label: 'Expires',
    attributes: { inputmode: 'numeric', autocomplete: 'cc-exp', placeholder: 'MM / YYYY', maxlength: '9' },
  })
  groupWhileTyping(field.input, groupExpiry)
  return field
}

/** Groups what was typed, and keeps the caret behind the same digit. */
function groupWhileTyping(input: HTMLInputElement, group: (text: string) => string): void {
  input.addEventListener('input', () => {
    const isAtEnd = input.selectionStart === input.value.length
    const before = digitsOf(input.value.slice(0, input.selectionStart ?? 0)).length
    input.value = group(input.value)
    const caret = isAtEnd ? input.value.length : caretAfter(input.value, before)
    input.setSelectionRange(caret, caret)
  })
}
