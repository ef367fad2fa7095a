const BRANDS: readonly (readonly [string, RegExp])[] = [
  ['VISA', /^4\d{12}(\d{3}){0,2}$/],
  ['MASTERCARD', /^(5[1-5]\d{4}|222[1-9]\d{2}|22[3-9]\d{3}|2[3-6]\d{4}|27[01]\d{3}|2720\d{2})\d{10}$/],
  ['AMEX', /^3[47]\d{13}$/],
  ['DISCOVER', /^6(?:011|5\d{2})\d{12}$/],
  ['JCB', /^35\d{14}$/],
  ['DINERS_CLUB', /^3(?:0[0-5]|[68]\d)\d{11}$/],
]

export const BRAND_NAMES: readonly string[] = BRANDS.map(([name]) => name)

export function brandOf(number: string): string | undefined {
  return BRANDS.find(([, shape]) => shape.test(number))?.[0]
}

export function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
