import { GIFT_CERTIFICATES } from '../data/balances.ts'

export type GiftCertificates = ReturnType<typeof createGiftCertificates>

export function createGiftCertificates() {
  const balances = new Map(Object.entries(GIFT_CERTIFICATES))

  return {
    balanceOf: (code: string): number | undefined => balances.get(code),
    take(code: string, amount: number): number {
      const left = Math.max(0, (balances.get(code) ?? 0) - amount)
      balances.set(code, left)
      return left
    },
  }
}
