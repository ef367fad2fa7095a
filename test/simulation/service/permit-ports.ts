import type { PermitStore } from '../../../src/allowance/permit-store.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Run } from '../engine/run.ts'
import type { Ports } from './ports.ts'

/** A node's way to the permits, which are in the database beside the ledger and fail with it. */
export function createPermitPorts(
  run: Run,
  ports: Ports,
  store: PermitStore,
  isDown: () => boolean,
): PermitStore {
  const through = async <T>(what: string, work: () => Promise<T>): Promise<T> =>
    // The model answers at once; it returns promises only because the database does.
    ports.call(what, () => {
      if (isDown() || run.strikes('store_failed_before')) throw new Problem('store_unavailable')
      const result = work()
      run.trace?.('permits', what)
      if (run.strikes('store_failed_after_commit')) throw new Problem('store_unavailable')
      return result
    })

  return {
    provide: () => through('provide permits', () => store.provide()),
    reserve: (count, withinMs) => through(`reserve ${count}`, () => store.reserve(count, withinMs)),
    outlook: () => through('look at the permits', () => store.outlook()),
    counted: (reservation) =>
      through(`permit ${reservation.number} is counted`, () => store.counted(reservation)),
    giveBack: (reservation) =>
      through(`permit ${reservation.number} is given back`, () => store.giveBack(reservation)),
    clockSetForward: (jump, taken) =>
      through(`the clock went ${jump.atLeastMs} ms ahead`, () => store.clockSetForward(jump, taken)),
    holdBack: (forMs) => through(`hold the permits back for ${forMs} ms`, () => store.holdBack(forMs)),
  }
}
