import type { ProblemCode } from './problems.ts'

export interface BigCommerceCode {
  /** Said instead of a problem when the payments host gives this code for a charge, because it proves nothing. */
  readonly charge: 'declined' | 'unknown'
  readonly problem: ProblemCode
  /** Our public sentence where the problem's own is too general. BigCommerce's text is never passed on. */
  readonly detail?: string
}

/**
 * The Payments API's error table. On a charge, 10000 is advised to be tried again and 30105 means that an
 * earlier charge may stand: neither says what happened to the money, so both are `unknown` there. So is 30101: the
 * order was payable when the PAT was made, and what has changed it since may be the first copy of this very charge.
 * 30100 is no answer to a charge at all.
 */
export const BIGCOMMERCE_CODES: Readonly<Record<number, BigCommerceCode>> = {
  10000: { charge: 'unknown', problem: 'upstream_unavailable' },
  10001: { charge: 'declined', problem: 'payment_rejected' },
  30000: {
    charge: 'declined',
    problem: 'merchant_configuration',
    detail: 'The store has no gateway configured for this payment method. Nothing was charged.',
  },
  30001: {
    charge: 'declined',
    problem: 'merchant_configuration',
    detail: "The gateway rejects the store's configuration. Nothing was charged.",
  },
  30002: {
    charge: 'declined',
    problem: 'merchant_configuration',
    detail: 'The store has stored cards turned off. Nothing was charged.',
  },
  30003: { charge: 'declined', problem: 'order_not_found' },
  30004: {
    charge: 'declined',
    problem: 'amount_changed',
    detail: 'The order changed while it was being paid. Nothing was charged.',
  },
  30050: { charge: 'declined', problem: 'instrument_not_saved' },
  30051: { charge: 'declined', problem: 'instrument_not_found' },
  30100: { charge: 'unknown', problem: 'upstream_unavailable' },
  30101: { charge: 'unknown', problem: 'order_not_payable' },
  30102: {
    charge: 'declined',
    problem: 'payment_declined',
    detail: 'The card details could not be verified. Nothing was charged.',
  },
  30103: {
    charge: 'declined',
    problem: 'payment_declined',
    detail: 'The card has expired. Nothing was charged.',
  },
  30104: {
    charge: 'declined',
    problem: 'payment_declined',
    detail: 'The card issuer declined the payment. Nothing was charged.',
  },
  30105: { charge: 'unknown', problem: 'upstream_unusable' },
  30106: {
    charge: 'declined',
    problem: 'payment_declined',
    detail: 'Insufficient funds. Nothing was charged.',
  },
  30107: {
    charge: 'declined',
    problem: 'payment_declined',
    detail: 'The shopper has revoked the stored instrument. Nothing was charged.',
  },
}

/** The number in print before September 2021 for 30001; some answers may still carry it. */
const alias: Readonly<Record<number, number>> = { 3001: 30001 }

/** BigCommerce's have five digits. What is longer may be anything, a card number even, and is not passed on. */
const codeMax = 999_999
/** A code that is in no table: there was one, and it means nothing to us. */
const otherCode = 0

/** Reads a code, number or numeric string as BigCommerce may send it; null when it is neither, 0 when it cannot be one. */
export function bigcommerceCodeOf(value: unknown): number | null {
  const code = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return null
  return code < 0 || code > codeMax ? otherCode : (alias[code] ?? code)
}
