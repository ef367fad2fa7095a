import { Problem } from '../../domain/problem.ts'

/** Thrown by a transaction that lost a race: rolled back and done again, it sees what the winner wrote. */
export class LostRace extends Error {}

/** One go after losing is nearly always enough to see the winner, unless it too is gone by then. Each takes milliseconds. */
const triesMax = 20

/** Postgres undid the transaction because of others at the same time: serialization_failure, deadlock_detected. */
const undoneCodes = new Set<unknown>(['40001', '40P01'])

/**
 * Whatever goes wrong in the database, its callers need one word for it: nothing may be paid without it.
 *
 * @param work one statement or one transaction, so that it can be done again when it was certainly undone.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (cause) {
      if (tries === triesMax || !wasUndone(cause)) throw new Problem('store_unavailable', { cause })
    }
  }
}

const wasUndone = (error: unknown): boolean =>
  error instanceof LostRace || (error instanceof Error && 'code' in error && undoneCodes.has(error.code))
