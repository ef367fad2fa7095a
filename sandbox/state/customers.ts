import { STORE_CREDIT } from '../data/balances.ts'
import { fixtureInstruments, type StoredInstrument } from '../data/stored-instruments.ts'

export type Customers = ReturnType<typeof createCustomers>

/** Any positive id is a customer; only the fixtures own anything. Guests (0) never do. */
export function createCustomers({ now }: { now: () => number }) {
  const instruments = new Map(fixtureInstruments(new Date(now()).getUTCFullYear()))
  const credit = new Map(STORE_CREDIT)

  return {
    instrumentsOf: (customerId: number): readonly StoredInstrument[] => instruments.get(customerId) ?? [],
    storeInstrument(customerId: number, instrument: StoredInstrument): void {
      instruments.set(customerId, [...(instruments.get(customerId) ?? []), instrument])
    },
    creditOf: (customerId: number): number => credit.get(customerId) ?? 0,
    takeCredit(customerId: number, amount: number): number {
      const left = Math.max(0, (credit.get(customerId) ?? 0) - amount)
      credit.set(customerId, left)
      return left
    },
  }
}
