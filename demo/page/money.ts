const formatOf = (currency: string) => new Intl.NumberFormat('en-US', { style: 'currency', currency })

/** "$60.98" for 6098 USD; no decimals for a currency that has none. */
export function formatMinor(amount: number, currency: string): string {
  return formatDecimal(amount / 10 ** decimalsOf(currency), currency)
}

export function formatDecimal(amount: number | string, currency: string): string {
  return formatOf(currency).format(Number(amount))
}

export function toMinor(amount: string, currency: string): number {
  return Math.round(Number(amount) * 10 ** decimalsOf(currency))
}

const decimalsOf = (currency: string) => formatOf(currency).resolvedOptions().maximumFractionDigits ?? 2
