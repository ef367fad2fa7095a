import type { Caller } from '../domain/caller.ts'
import { Problem } from '../domain/problem.ts'
import { type KeyedDigest, type VelocityLimits, velocitySubjects } from '../domain/velocity.ts'
import type { RequestContext } from '../request-context.ts'
import type { VelocityHolds } from '../stores/velocity-holds.ts'

/** Stands before everything that is done for an attempt, so that a parallel burst cannot slip past its own declines. */
export interface VelocityGate {
  /**
   * Takes a place in the allowances of the caller and of the client address.
   *
   * @throws Problem `velocity_blocked` when one of them is used up.
   */
  reserve(attemptId: string, caller: Caller, context: RequestContext): Promise<void>
  /** Gives the places back, for an attempt that is not in the ledger. */
  release(attemptId: string, context: RequestContext): Promise<void>
}

export interface VelocityGateDependencies {
  readonly holds: Pick<VelocityHolds, 'reserve' | 'release'>
  readonly limits: VelocityLimits
  readonly digest: KeyedDigest
}

export function createVelocityGate({ holds, limits, digest }: VelocityGateDependencies): VelocityGate {
  return {
    async reserve(attemptId, caller, context) {
      const subjects = velocitySubjects(caller, context.shopperAddress, limits, digest)
      if (subjects.length === 0) return
      const reservation = await holds.reserve(attemptId, subjects)
      if (reservation.kind === 'reserved') return
      const { retryAfterSeconds } = reservation
      context.log.warn({ retryAfterSeconds }, 'payment refused after too many declines')
      throw new Problem('velocity_blocked', { retryAfterSeconds })
    },

    async release(attemptId, context) {
      // Whoever is told why the attempt came to nothing is not to be told of this instead: the places expire.
      await holds
        .release(attemptId)
        .catch((err) => context.log.warn({ err }, 'velocity places not given back'))
    },
  }
}
