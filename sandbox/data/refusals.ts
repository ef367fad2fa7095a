type RefusalKind = { readonly status: number; readonly title: string }

/** BigCommerce documents the codes but not their HTTP statuses, so the statuses are our reading. */
export const REFUSALS = {
  10000: { status: 500, title: 'An internal error has occurred within the API.' },
  10001: { status: 422, title: 'Missing or incorrect required fields.' },
  30000: { status: 422, title: 'Merchant payment configuration could not be found.' },
  30001: { status: 422, title: 'Merchant payment configuration is not configured correctly.' },
  30002: { status: 422, title: 'Vaulting service is currently not available.' },
  30003: { status: 404, title: 'Order could not be found.' },
  30004: { status: 422, title: 'The validation on line items and grand total does not match.' },
  30050: { status: 422, title: 'Payment instrument could not be saved.' },
  30051: { status: 422, title: 'The stored instrument was not found.' },
  30100: { status: 422, title: 'Payment access token could not be created.' },
  30101: { status: 409, title: 'Order is invalid.' },
  30102: { status: 422, title: 'The payment was declined.' },
  30103: { status: 422, title: 'Card has expired.' },
  30104: { status: 422, title: 'The payment was declined. Contact the card issuer for more information.' },
  30105: { status: 422, title: 'The payment was declined due to a duplicate payment being submitted.' },
  30106: { status: 422, title: 'The payment was declined due to insufficient funds.' },
  30107: {
    status: 422,
    title: 'The payment was declined because the stored instrument is no longer valid.',
  },
} as const satisfies Record<number, RefusalKind>

export type RefusalCode = keyof typeof REFUSALS

export const REFUSAL_CODES = Object.keys(REFUSALS).map(Number) as RefusalCode[]
