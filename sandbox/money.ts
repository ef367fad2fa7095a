const WITHOUT_MINOR_UNIT = new Set(
  'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '),
)
const THREE_DIGITS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '))

/** ISO 4217 decides; Intl follows CLDR, which differs for some currencies (IQD, LBP). */
function minorUnitDigits(currency: string): number {
  if (WITHOUT_MINOR_UNIT.has(currency)) return 0
  return THREE_DIGITS.has(currency) ? 3 : 2
}

/** Shifts the decimal point in text: 1.005 * 100 is 100.49999999999999 in binary floating point. */
export function toMinorUnits(amount: number | string, currency: string): number {
  return Math.round(Number(`${Number(amount).toFixed(6)}e${minorUnitDigits(currency)}`))
}

export function toMajorUnits(minorUnits: number, currency: string): number {
  return Number(`${minorUnits}e-${minorUnitDigits(currency)}`)
}

/** V2 orders print every amount with four places, whatever the currency. */
export function toOrderDecimal(minorUnits: number, currency: string): string {
  return toMajorUnits(minorUnits, currency).toFixed(4)
}
