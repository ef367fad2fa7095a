import type { Problem } from '@tillgate/client'
import type { FormField } from './form-field.ts'
import type { FieldName, PaymentOption } from './payment-option.ts'

/** The field that a JSON pointer of the payments API means, and what to tell the shopper. */
const FIELDS: Readonly<Record<string, readonly [FieldName, string]>> = {
  '/payment/instrument/number': ['number', 'This is not a valid card number. Please check it.'],
  '/payment/instrument/cardholder_name': ['name', 'Please check the name on the card.'],
  '/payment/instrument/expiry_month': ['expiry', 'Please check the expiry date.'],
  '/payment/instrument/expiry_year': ['expiry', 'Please check the expiry date. The card may be out of date.'],
  '/payment/instrument/verification_value': [
    'code',
    'Please check the security code: 3 digits, or 4 on American Express.',
  ],
  '/payment/instrument/gift_certificate_code': ['certificate', 'Please check the code of the certificate.'],
}

type Complaints = Readonly<Partial<Record<FieldName, string>>>

/** What is wrong with the fields on the screen; null when a problem is about something without a field. */
export function complaintsOf({ errors = [] }: Problem, option: PaymentOption): Complaints | null {
  const known = errors.flatMap(({ pointer }) => {
    const field = FIELDS[pointer]
    return field && option.fields[field[0]] ? [field] : []
  })
  return known.length > 0 && known.length === errors.length ? Object.fromEntries(known) : null
}

/** Shows each complaint beside its field and moves the focus to the first. */
export function showComplaints(option: PaymentOption, complaints: Complaints): number {
  const wrong: FormField[] = []
  for (const [name, field] of Object.entries(option.fields) as [FieldName, FormField][]) {
    field.complain(complaints[name] ?? null)
    if (complaints[name] !== undefined) wrong.push(field)
  }
  wrong[0]?.input.focus()
  return wrong.length
}
