import type { Caller } from '../domain/caller.ts'
import { clientNetwork, clientSite } from '../domain/client-network.ts'
import { ANSWERED_WITHIN_MS, RUNNING_TIMES, type VelocitySubject } from '../domain/decline-limits.ts'
import { Problem } from '../domain/problem.ts'
import type { KeyedDigest } from '../domain/sealed.ts'
import type { RequestContext } from '../request-context.ts'
import type { Reservation, VelocityHolds } from '../stores/velocity-holds.ts'

/** How many declines there may be within the window; 0 for any number. */
export interface DeclineLimits {
  /** Declines of one caller. */
  readonly callerDeclines: number
  /** Declines from one client address. */
  readonly addressDeclines: number
}

/** Asked before anything else is done for an attempt. So a caller that sends many at once cannot get past the limit on its declines. */
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
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  readonly pause: (forMs: number) => Promise<void>
}

export function createVelocityGate(dependencies: VelocityGateDependencies): VelocityGate {
  const { holds, limits, digest, elapsed, pause } = dependencies
  const lines = createLines({ elapsed, pause })

  return {
    async reserve(attemptId, caller, context) {
      const subjects = velocitySubjects(caller, context.shopperAddress, limits, digest)
      if (subjects.length === 0) return
      const reservation = await lines.reserve(subjects, () => holds.reserve(attemptId, subjects))
      if (reservation.kind === 'reserved') return
      if (reservation.kind === 'blocked') {
        const { retryAfterSeconds } = reservation
        context.log.warn({ retryAfterSeconds }, 'payment refused after too many declines')
        throw new Problem('velocity_blocked', { retryAfterSeconds })
      }
      const retryAfterSeconds = Math.ceil(reservation.freeInMs / 1000)
      context.log.warn({ retryAfterSeconds }, 'payment refused while too many are running')
      throw new Problem('velocity_blocked', {
        detail:
          'Too many payments of this caller or from this address are being made at this moment. Wait, then try again. Nothing was charged by this request.',
        retryAfterSeconds,
      })
    },

    async release(attemptId, context) {
      // The caller must hear why the attempt failed, not this. The places expire anyway.
      await holds
        .release(attemptId)
        .catch((err) => context.log.warn({ err }, 'card-testing places not given back'))
    },
  }
}

/** A site has many networks, of one customer or of thousands. It may have this many times the declines of one network. */
const siteTimes = 4

/**
 * The limits in which an attempt takes a place. A trusted server pays for many shoppers with one token, so it is not
 * counted as a caller; its shoppers are told apart by address.
 */
export function velocitySubjects(
  caller: Caller,
  address: string | null,
  { callerDeclines, addressDeclines }: DeclineLimits,
  digest: KeyedDigest,
): VelocitySubject[] {
  const callers = caller.access.kind === 'any' ? [] : [caller.principal]
  const networks = address === null ? [] : [clientNetwork(address)]
  const sites = address === null ? [] : [clientSite(address)].filter((site) => site !== null)
  return [
    ...callers.map((one) => ({ key: digest(`caller ${one}`), declinesMax: callerDeclines })),
    ...networks.map((one) => ({ key: digest(`address ${one}`), declinesMax: addressDeclines })),
    ...sites.map((one) => ({ key: digest(`address ${one}`), declinesMax: siteTimes * addressDeclines })),
  ].filter(({ declinesMax }) => declinesMax > 0)
}

/**
 * A line for payments of a caller or address that has as many running as it may have declined. Most running payments succeed and
 * give their places back within seconds, so the waiting ones are let in one after the other. Only one of them at a time asks the
 * ledger.
 */
interface Lines {
  /** @param reserve tries to take the places. @returns what it said last. */
  reserve(subjects: readonly VelocitySubject[], reserve: () => Promise<Reservation>): Promise<Reservation>
}

interface LinesOptions {
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  readonly pause: (forMs: number) => Promise<void>
}

type Busy = Reservation & { readonly kind: 'busy' }

interface Line {
  waiting: number
  /** Resolves when the last of the line has left it. */
  last: Promise<void>
  /** When a place will be free at the latest, by the ledger's last answer. */
  freeAtMs: number
}

/** Longer than a running payment keeps its place, for several turns of quick ones, and shorter than clients wait. */
const patienceMs = ANSWERED_WITHIN_MS + 5_000
/** How soon a place that was given back is noticed. */
const askEveryMs = 200

function createLines({ elapsed, pause }: LinesOptions): Lines {
  const lines = new Map<string, Line>()

  /** Bounds how many may wait, so that they cannot take the places of all other requests in this process. */
  async function wait(
    { key, declinesMax }: VelocitySubject,
    line: Line,
    reserve: () => Promise<Reservation>,
  ): Promise<Reservation> {
    if (line.waiting >= (RUNNING_TIMES - 1) * declinesMax) {
      return { kind: 'busy', key, freeInMs: Math.max(1, line.freeAtMs - elapsed()) }
    }
    const untilMs = elapsed() + patienceMs
    const before = line.last
    const { promise, resolve } = Promise.withResolvers<void>()
    line.last = promise
    line.waiting += 1
    lines.set(key, line)
    try {
      await before
      return await askUntil(untilMs, line, reserve)
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(key)
      resolve()
    }
  }

  async function askUntil(
    untilMs: number,
    line: Line,
    reserve: () => Promise<Reservation>,
  ): Promise<Reservation> {
    for (;;) {
      const reservation = await reserve()
      if (reservation.kind !== 'busy') return reservation
      line.freeAtMs = elapsed() + reservation.freeInMs
      const leftMs = untilMs - elapsed()
      if (leftMs <= 0) return reservation
      await pause(Math.min(askEveryMs, leftMs))
    }
  }

  const newLine = ({ freeInMs }: Busy): Line => ({
    waiting: 0,
    last: Promise.resolve(),
    freeAtMs: elapsed() + freeInMs,
  })

  return {
    async reserve(subjects, reserve) {
      for (const subject of subjects) {
        // Behind those who wait already, and without asking the ledger.
        const line = lines.get(subject.key)
        if (line) return wait(subject, line, reserve)
      }
      const reservation = await reserve()
      if (reservation.kind !== 'busy') return reservation
      const subject = subjects.find(({ key }) => key === reservation.key)
      if (!subject) return reservation
      return wait(subject, lines.get(subject.key) ?? newLine(reservation), reserve)
    },
  }
}
