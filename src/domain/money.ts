/** An amount in the currency's minor unit (cents, yen, fils), as in the claims of a PAT. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

/** Whether both are told, and are the same amount in the same currency. */
export const isSameMoney = (one: Money | null, other: Money | null): boolean =>
  one !== null && other !== null && one.amount === other.amount && one.currency === other.currency

/** Currencies whose minor unit is not a hundredth (ISO 4217). `Intl` differs from ISO for some twenty currencies. */
const MINOR_UNIT_DIGITS: Readonly<Record<string, number>> = {
  ...digits(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...digits(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...digits(4, 'CLF UYW'),
}

function digits(count: number, currencies: string): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, count]))
}

/** A currency's code, in whichever case it is written; null for what is none. */
export function currencyIn(value: unknown): string | null {
  const code = typeof value === 'string' ? value.trim().toUpperCase() : ''
  return /^[A-Z]{3}$/.test(code) ? code : null
}

/**
 * Reads one of BigCommerce's decimal strings ("60.9800") exactly, with integer arithmetic: a float would
 * turn 1.005 into 1.00.
 *
 * @returns null when the string is not a decimal number, or has more places than the currency's minor unit.
 */
export function moneyFromDecimal(decimal: string, currency: string): Money | null {
  const match = /^(\d{1,12})(?:\.(\d{1,8}))?$/.exec(decimal)
  if (!match || !/^[A-Z]{3}$/.test(currency)) return null
  const places = MINOR_UNIT_DIGITS[currency] ?? 2
  const fraction = match[2] ?? ''
  if (/[1-9]/.test(fraction.slice(places))) return null
  const amount = Number(`${match[1]}${fraction.slice(0, places).padEnd(places, '0')}`)
  return Number.isSafeInteger(amount) ? { amount, currency } : null
}

/** Nearer than this to the middle between two amounts, a number does not say which of them is meant. */
const middleWidth = 1e-6

/**
 * Reads an amount of a transaction, which BigCommerce gives as a float of the major unit, now and then as text, and may
 * have summed: 0.30000000000000004 is 0.30. What is less than half a minor unit away is noise.
 *
 * @returns null when it is no number, or when two amounts are as near.
 */
export function nearestMoney(amount: unknown, currency: string): Money | null {
  const text = typeof amount === 'string' && /^-?\d{1,12}(\.\d{1,20})?$/.test(amount)
  const value = typeof amount === 'number' || text ? Number(amount) : Number.NaN
  const scaled = value * 10 ** (MINOR_UNIT_DIGITS[currency] ?? 2)
  const nearest = Math.round(scaled)
  const isClear = Math.abs(scaled - nearest) < 0.5 - middleWidth
  return isClear && Number.isSafeInteger(nearest) ? { amount: nearest + 0, currency } : null
}

/** As people write it: `60.98 USD`, `500 JPY`. */
export function sayMoney({ amount, currency }: Money): string {
  const places = MINOR_UNIT_DIGITS[currency] ?? 2
  return `${(amount / 10 ** places).toFixed(places)} ${currency}`
}
