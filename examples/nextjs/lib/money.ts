const formatterOf = (currency: string) => new Intl.NumberFormat('en-US', { style: 'currency', currency })

/** BigCommerce's amounts are decimal: "60.98". */
export const formatDecimal = (amount: string, currency: string): string =>
  formatterOf(currency).format(Number(amount))

/** Tillgate's amounts are in the currency's minor unit: 6098 is $60.98, and JPY has none. */
export function formatMinor(amount: number, currency: string): string {
  const formatter = formatterOf(currency)
  return formatter.format(amount / 10 ** (formatter.resolvedOptions().maximumFractionDigits ?? 2))
}
