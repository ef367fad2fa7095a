import type { PaymentTokens } from '../../../src/allowance/permit-store.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Run } from '../engine/run.ts'
import type { Ports } from './ports.ts'

/** A node's way to the payment tokens, which are in the database beside the ledger and fail with it. */
export function createTokenPorts(
  run: Run,
  ports: Ports,
  tokens: PaymentTokens,
  isDown: () => boolean,
): PaymentTokens {
  const through = async <T>(what: string, work: () => Promise<T>): Promise<T> =>
    // The model does at once what it is asked for, and promises only because the database would.
    ports.call(what, () => {
      if (isDown() || run.strikes('store_failed_before')) throw new Problem('store_unavailable')
      const result = work()
      run.trace?.('tokens', what)
      if (run.strikes('store_failed_after_commit')) throw new Problem('store_unavailable')
      return result
    })

  return {
    provide: () => through('provide tokens', () => tokens.provide()),
    reserve: (count, withinMs) => through(`reserve ${count}`, () => tokens.reserve(count, withinMs)),
    outlook: () => through('look at the tokens', () => tokens.outlook()),
    counted: (reservation) =>
      through(`token ${reservation.number} is counted`, () => tokens.counted(reservation)),
    giveBack: (reservation) =>
      through(`token ${reservation.number} is given back`, () => tokens.giveBack(reservation)),
    holdBack: (forMs) => through(`hold the tokens back for ${forMs} ms`, () => tokens.holdBack(forMs)),
  }
}
