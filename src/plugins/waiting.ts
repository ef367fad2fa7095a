import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ATTEMPT_STATUSES, mayEndSoon, type PaymentAttempt, publicStatus } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { PaidOrder } from '../services/held-orders.ts'
import type { Awaited, Waiting } from '../services/waiting.ts'
import { stepAside } from './admission.ts'
import { callerOf } from './authentication.ts'
import { headerLines } from './receiving.ts'

export interface WaitingOptions {
  readonly waiting: Waiting
}

/** Lets routes answer a request that prefers to wait (RFC 7240) once a payment has its end: {@link awaitEnd}. */
async function waitingForEnds(app: FastifyInstance, { waiting }: WaitingOptions) {
  app.decorate('waiting', waiting)
}

export const waitingPlugin = fp(waitingForEnds, {
  name: 'waiting',
  dependencies: ['authentication', 'load-shedding'],
  fastify: '5.x',
})

/**
 * Answers with the state of the payments: at once, or, if the client prefers to wait and a payment has no end yet, as soon as one has.
 * `Preference-Applied` then says that it waited. If the client goes away, the wait ends.
 */
export async function awaitEnd<Standing>(
  request: FastifyRequest,
  reply: FastifyReply,
  awaited: Awaited<Standing>,
): Promise<Standing> {
  const seconds = preferredWaitSeconds(headerLines(request, 'prefer'))
  if (seconds === null) return awaited.ask(() => true)
  const wait = request.server
    .getDecorator<Waiting>('waiting')
    .begin(callerOf(request).principal, seconds * 1_000)
  return wait.answer(awaited, {
    hasGone: () => goneSignal(reply),
    aside: (untilEnd) => stepAside(request, untilEnd),
    applied: () => void reply.header('preference-applied', `wait=${seconds}`),
  })
}

/** Of these payments, those that may come to an end while a client waits. */
export const endingSoon = (payments: readonly Pick<PaymentAttempt, 'id' | 'status'>[]): string[] =>
  payments.filter(({ status }) => mayEndSoon(status)).map(({ id }) => id)

/** The words that callers are told of such payments. */
const toldWhileOpen = new Set(ATTEMPT_STATUSES.filter(mayEndSoon).map(publicStatus))

/** A payment that is asked for, and awaited where it is in progress or not final yet. */
export const awaitedPayment = (pay: () => Promise<PaidOrder>): Awaited<PaidOrder | Problem> => ({
  ask: () =>
    pay().catch((refusal) => {
      if (refusal instanceof Problem && refusal.code === 'request_in_progress') return refusal
      throw refusal
    }),
  withoutEnd(standing) {
    if (standing instanceof Problem) return standing.options.paymentId ? [standing.options.paymentId] : []
    const { body } = standing
    return 'data' in body && toldWhileOpen.has(body.data.status) ? [body.data.id] : []
  },
})

/** {@link awaitEnd} for one who pays: a payment that is in progress or not final yet is awaited, and answered as it ended. */
export async function awaitPaid(
  request: FastifyRequest,
  reply: FastifyReply,
  pay: () => Promise<PaidOrder>,
): Promise<PaidOrder> {
  const paid = await awaitEnd(request, reply, awaitedPayment(pay))
  if (paid instanceof Problem) throw paid
  return paid
}

function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  if (raw.destroyed) gone.abort()
  raw.once('close', () => gone.abort())
  return gone.signal
}

/** Proxies and phones close a connection after a minute at most, usually after half a minute. */
const waitSecondsMax = 30

/** `name=value` of RFC 7240, its value perhaps in quotes, with parameters that mean nothing for `wait`. */
const preference = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"\s*|([^\s";,]+)\s*)?)?(?:;.*)?$/
/** Commas separate preferences, unless they stand in quotes. */
const preferences = /(?:"(?:[^"\\]|\\.)*(?:"|$)|[^",])+/g

/**
 * How long the client prefers to wait, by the lines of its `Prefer` header (RFC 7240).
 *
 * @returns seconds; null where it does not say, or not in a way that can be read: such a preference counts for nothing.
 */
export function preferredWaitSeconds(lines: readonly string[]): number | null {
  for (const one of lines.flatMap((line) => line.match(preferences) ?? [])) {
    const [, name, quoted, bare] = preference.exec(one) ?? []
    if (name?.toLowerCase() !== 'wait') continue
    // Of several, the first counts.
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? ''
    return /^\d+$/.test(value) ? Math.min(waitSecondsMax, Number(value)) : null
  }
  return null
}
