import { GIFT_CERTIFICATES, STORE_CREDIT } from '../data/balances.ts'
import { fixtureInstruments, type StoredInstrument } from '../data/stored-instruments.ts'

export type Shoppers = ReturnType<typeof createShoppers>

/**
 * What shoppers own: stored instruments, store credit, gift certificates. Any positive id is a customer, but only the
 * fixtures own anything. Guests (0) never do.
 */
export function createShoppers({ now }: { now: () => number }) {
  const instruments = new Map(fixtureInstruments(new Date(now()).getUTCFullYear()))
  const credit = new Map(STORE_CREDIT)
  const certificates = new Map(Object.entries(GIFT_CERTIFICATES))

  return {
    instrumentsOf: (customerId: number): readonly StoredInstrument[] => instruments.get(customerId) ?? [],
    storeInstrument(customerId: number, instrument: StoredInstrument): void {
      instruments.set(customerId, [...(instruments.get(customerId) ?? []), instrument])
    },
    /** In minor units, like every amount here. */
    creditOf: (customerId: number): number => credit.get(customerId) ?? 0,
    /** @returns what is left. */
    takeCredit(customerId: number, amount: number): number {
      const left = Math.max(0, (credit.get(customerId) ?? 0) - amount)
      credit.set(customerId, left)
      return left
    },
    /** @returns undefined for a code that this store never sold. */
    certificateBalanceOf: (code: string): number | undefined => certificates.get(code),
    /** @returns what is left. */
    takeFromCertificate(code: string, amount: number): number {
      const left = Math.max(0, (certificates.get(code) ?? 0) - amount)
      certificates.set(code, left)
      return left
    },
  }
}
