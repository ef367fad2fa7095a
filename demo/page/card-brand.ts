export interface CardBrand {
  readonly name: string
  /** The places where the printed number has a gap. */
  readonly gaps: readonly number[]
  readonly lengthMax: number
  readonly codeLength: number
}

const brand = (name: string, given: Partial<CardBrand> = {}): CardBrand => ({
  name,
  gaps: [4, 8, 12, 16],
  lengthMax: 16,
  codeLength: 3,
  ...given,
})

const BRANDS: readonly (readonly [RegExp, CardBrand])[] = [
  [/^4/, brand('Visa', { lengthMax: 19 })],
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, brand('Mastercard')],
  [/^3[47]/, brand('American Express', { gaps: [4, 10], lengthMax: 15, codeLength: 4 })],
  [/^(6011|65|64[4-9])/, brand('Discover')],
  [/^35/, brand('JCB')],
  [/^3(0[0-5]|[68])/, brand('Diners Club', { gaps: [4, 10], lengthMax: 14 })],
]

const unknown = brand('Card', { lengthMax: 19 })

/** The brand of a number, or of its first digits. */
export function brandOf(digits: string): CardBrand {
  return BRANDS.find(([beginning]) => beginning.test(digits))?.[1] ?? unknown
}

const STORED_NAMES: Readonly<Record<string, string>> = {
  VISA: 'Visa',
  MASTERCARD: 'Mastercard',
  AMEX: 'American Express',
  DISCOVER: 'Discover',
  JCB: 'JCB',
  DINERS_CLUB: 'Diners Club',
}

/** The everyday name of a brand that BigCommerce writes in capitals. */
export const brandName = (word: string | undefined): string => STORED_NAMES[word ?? ''] ?? 'Card'
