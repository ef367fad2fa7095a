/** All balances are in cents of the store's default currency, USD. */
export const STORE_CURRENCY = 'USD'

export const GIFT_CERTIFICATES: Readonly<Record<string, number>> = {
  'SANDBOX-FULL': 100_00,
  'SANDBOX-PART': 20_00,
  'SANDBOX-EMPTY': 0,
}

export const STORE_CREDIT: ReadonlyMap<number, number> = new Map([
  [11, 25_00],
  [12, 100_00],
])
