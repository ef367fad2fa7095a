import type { Caller } from './caller.ts'
import { clientNetwork } from './client-network.ts'
import type { AttemptStatus } from './payment-attempt.ts'
import type { ProblemCode } from './problems.ts'

/** The limits against card testing, each within one window; 0 for none. */
export interface VelocityLimits {
  /** Attempts on one order that did not succeed. */
  readonly orderAttempts: number
  /** Declines of one caller. */
  readonly callerDeclines: number
  /** Declines from one client address. */
  readonly addressDeclines: number
  readonly windowMs: number
}

/** Whose declines are counted, and how many there may be. */
export interface VelocitySubject {
  readonly key: string
  readonly declinesMax: number
}

/** A hash under a key of the store's, shared by its instances. */
export type KeyedDigest = (text: string) => string

/**
 * Those whose allowance an attempt takes a place in. A trusted server's one token serves many shoppers, so it is no
 * subject; its shoppers are told apart by address.
 */
export function velocitySubjects(
  caller: Caller,
  address: string | null,
  limits: VelocityLimits,
  digest: KeyedDigest,
): VelocitySubject[] {
  const callers = caller.access.kind === 'any' ? [] : [caller.principal]
  const networks = address === null ? [] : [clientNetwork(address)]
  return [
    ...callers.map((one) => ({ key: digest(`caller ${one}`), declinesMax: limits.callerDeclines })),
    ...networks.map((one) => ({ key: digest(`address ${one}`), declinesMax: limits.addressDeclines })),
  ].filter(({ declinesMax }) => declinesMax > 0)
}

/** Declines that say nothing about the instrument, so that nobody tests cards by them. */
const OF_NO_INSTRUMENT = ['merchant_configuration', 'order_not_found', 'amount_changed'] as const
const ofNoInstrument = new Set<ProblemCode | null>(OF_NO_INSTRUMENT)

/**
 * Whether an attempt keeps its place in the allowances. One whose end is not known does, until it is known: a lost answer
 * may be a decline that shows later.
 */
export const keepsPlace = (status: AttemptStatus, problemCode: ProblemCode | null): boolean =>
  status !== 'succeeded' &&
  status !== 'not_sent' &&
  status !== 'not_charged' &&
  !(status === 'declined' && ofNoInstrument.has(problemCode))
