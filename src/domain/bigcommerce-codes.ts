import type { ProblemCode } from './problems.ts'

export interface BigCommerceCode {
  /** What this code proves when it answers a charge. `unknown`: it does not say whether there was a charge. */
  readonly charge: 'declined' | 'unknown'
  readonly problem: ProblemCode
  /** Our sentence, where the problem's own is too general. BigCommerce's text is never passed on. */
  readonly detail?: string
}

/** BigCommerce's "do not pay again": somewhere there is a charge, whatever the order shows. */
export const duplicateCode = 30105

/**
 * The error table of the Payments API. As answers to a charge, some codes do not say what happened to the money and are
 * `unknown`: 10000 (try again), 30105 (an earlier charge may stand), and 30101, since the order was payable when the PAT was
 * made, and what changed it since may be the first copy of this very charge. 30100 is no answer to a charge at all.
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
  [duplicateCode]: { charge: 'unknown', problem: 'upstream_unusable' },
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

/** Before September 2021 the documentation said 3001 for 30001; some answers may still carry it. */
const alias: Readonly<Record<number, number>> = { 3001: 30001 }

/** BigCommerce's codes have five digits. A longer number may be anything, even a card number, and is not passed on. */
const codeMax = 999_999
/** Stands for a number that cannot be one of BigCommerce's codes. */
const otherCode = 0

/**
 * Reads a code, which BigCommerce may send as a number or as text.
 *
 * @returns null when it is neither, 0 when it cannot be a code.
 */
export function bigcommerceCodeOf(value: unknown): number | null {
  const code = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return null
  return code < 0 || code > codeMax ? otherCode : (alias[code] ?? code)
}
