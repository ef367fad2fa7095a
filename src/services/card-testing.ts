import type { Caller } from '../domain/caller.ts'
import { clientNetwork } from '../domain/client-network.ts'
import { Problem } from '../domain/problem.ts'
import type { KeyedDigest } from '../domain/sealed.ts'
import type { RequestContext } from '../request-context.ts'
import type { VelocityHolds, VelocitySubject } from '../stores/velocity-holds.ts'

/** How many declines there may be within the window; 0 for any number. */
export interface DeclineLimits {
  /** Declines of one caller. */
  readonly callerDeclines: number
  /** Declines from one client address. */
  readonly addressDeclines: number
}

/** Asked before anything is done for an attempt, so that many at once cannot slip past their own declines. */
export interface VelocityGate {
  /**
   * Takes a place in the limits of the caller and of the client address.
   *
   * @throws Problem `velocity_blocked` when one of them is used up.
   */
  reserve(attemptId: string, caller: Caller, context: RequestContext): Promise<void>
  /** Gives the places back, for an attempt that is not in the ledger. */
  release(attemptId: string, context: RequestContext): Promise<void>
}

export interface VelocityGateDependencies {
  readonly holds: Pick<VelocityHolds, 'reserve' | 'release'>
  readonly limits: DeclineLimits
  /** Callers and addresses are kept as digests. */
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
      // The caller must hear why the attempt failed, not this. The places expire anyway.
      await holds
        .release(attemptId)
        .catch((err) => context.log.warn({ err }, 'card-testing places not given back'))
    },
  }
}

/**
 * The limits in which an attempt takes a place. The one token of a trusted server serves many shoppers, so the server is not
 * counted as a caller; its shoppers are told apart by address.
 */
export function velocitySubjects(
  caller: Caller,
  address: string | null,
  limits: DeclineLimits,
  digest: KeyedDigest,
): VelocitySubject[] {
  const callers = caller.access.kind === 'any' ? [] : [caller.principal]
  const networks = address === null ? [] : [clientNetwork(address)]
  return [
    ...callers.map((one) => ({ key: digest(`caller ${one}`), declinesMax: limits.callerDeclines })),
    ...networks.map((one) => ({ key: digest(`address ${one}`), declinesMax: limits.addressDeclines })),
  ].filter(({ declinesMax }) => declinesMax > 0)
}
