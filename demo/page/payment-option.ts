import type { PaymentRequest } from '@tillgate/client'
import type { FormField } from './form-field.ts'

export type FieldName = 'number' | 'name' | 'expiry' | 'code' | 'certificate'

/** What an option's fields amount to: a payment, or what is still missing. */
export type Reading =
  | { readonly payment: PaymentRequest['payment']; readonly paidWith: string }
  | { readonly missing: Readonly<Partial<Record<FieldName, string>>> }

/** One way to pay that the shopper may choose. */
export interface PaymentOption {
  readonly id: string
  readonly title: string
  readonly note?: string
  /** Shown, so that nobody wonders where it is, but not to be chosen. */
  readonly isDisabled?: boolean
  readonly panel?: HTMLElement
  readonly fields: Readonly<Partial<Record<FieldName, FormField>>>
  /** May pay a part of the order only. */
  readonly paysInPart?: boolean
  read(): Reading
}
