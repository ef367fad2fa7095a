import type { PaymentRequest } from '@tillgate/client'
import type { FormField } from './form-field.ts'

export type FieldName = 'number' | 'name' | 'expiry' | 'code' | 'certificate'

/** What the fields of an option say: a payment, or which fields are missing. */
export type Reading =
  | { readonly payment: PaymentRequest['payment']; readonly paidWith: string }
  | { readonly missing: Readonly<Partial<Record<FieldName, string>>> }

/** One way to pay that the shopper may choose. */
export interface PaymentOption {
  readonly id: string
  readonly title: string
  readonly note?: string
  /** Shown but cannot be chosen, so that shoppers see why it is missing. */
  readonly isDisabled?: boolean
  readonly panel?: HTMLElement
  readonly fields: Readonly<Partial<Record<FieldName, FormField>>>
  /** May pay only a part of the order. */
  readonly paysInPart?: boolean
  read(): Reading
}
