/** A card is good to the end of its month. */
export function isExpired(card: { expiryMonth: number; expiryYear: number }, now: number): boolean {
  return now >= Date.UTC(card.expiryYear, card.expiryMonth)
}
