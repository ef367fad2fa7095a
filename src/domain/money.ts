/** An amount in the currency's minor unit (cents, yen, fils), the unit of the PAT's claims. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

/**
 * Reads one of BigCommerce's decimal strings ("60.9800") exactly, with integer arithmetic: a float would
 * turn 1.005 into 1.00.
 *
 * @returns null when the string is no decimal number or says more than the currency's minor unit can hold.
 */
export function moneyFromDecimal(decimal: string, currency: string): Money | null {
  const match = /^(\d{1,12})(?:\.(\d{1,8}))?$/.exec(decimal)
  const digits = minorUnitDigits(currency)
  if (!match || digits === null) return null
  const fraction = match[2] ?? ''
  if (/[1-9]/.test(fraction.slice(digits))) return null
  return { amount: Number(`${match[1]}${fraction.slice(0, digits).padEnd(digits, '0')}`), currency }
}

/** Decimal places of a currency's minor unit (ISO 4217 by way of ICU): USD 2, JPY 0, KWD 3; null for no currency. */
function minorUnitDigits(currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? null
}
