import type { Schedule } from '../../domain/clock.ts'
import { Problem } from '../../domain/problem.ts'
import { PURPOSES, type Purpose } from '../../request-context.ts'
import type { Sending } from './collect-answer.ts'
import { holdMsAfter, readQuotaHeaders, type UpstreamAnswer } from './exchange.ts'
import {
  answered,
  isFull,
  type ManagementQuota,
  mayBeGivenUp,
  nextLeavesAtMs,
  type OutCall,
  opensAtMs,
  remainingOf,
  roomFor,
  sent,
  turnedAway,
  UNKNOWN_QUOTA,
  unanswered,
} from './quota.ts'
import type { Turns, Waiter } from './turns.ts'
import { createTurnsOfKinds } from './turns-of-kinds.ts'

/**
 * Lets calls through to the management host as its quota allows: paying first, then listing, then looks. Within each of these, kinds of
 * calls take turns, and within a kind callers do.
 */
export interface ManagementGate {
  /** A call has come, with all its tries. @param patienceMs how long it may wait here, its tries together, from now on. */
  arrive(arrival: Arrival, patienceMs: number): Visit
  /** Whether enough calls are remaining to make one that may turn out not to be needed. */
  isAtEase(): boolean
  standing(): GateStanding
}

export interface Arrival {
  readonly purpose: Purpose
  /** For whom; callers take turns. */
  readonly caller: string
  /** What it asks for, apart from which one; kinds take turns too. */
  readonly kind: string
}

/** One call at the gate. */
export interface Visit {
  /**
   * Sends when the quota allows it, and learns from the answer, a 429 included.
   *
   * @throws Problem `upstream_busy` with the moment to come again, as soon as it is known that the patience will not do;
   *   `upstream_unavailable` where it hung and others needed its place.
   */
  pass(send: (sending: Sending) => Promise<UpstreamAnswer>): Promise<UpstreamAnswer>
  /** How long all calls are held back as things stand, in milliseconds. */
  heldForMs(): number
  /** `upstream_busy`, with the moment to come again. */
  refusal(): Problem
}

export interface GateStanding {
  /** null as long as no answer has spoken of a quota. */
  readonly remaining: number | null
  readonly waiting: Readonly<Record<Purpose, number>>
}

/** A call that is out. */
interface Out extends Sending {
  readonly call: OutCall
  readonly caller: string
}

export interface ManagementGateOptions {
  /** A clock that only goes forward; its moments mean nothing elsewhere. */
  readonly now: () => number
  readonly schedule: Schedule
  readonly random: () => number
}

export function createManagementGate({ now, schedule, random }: ManagementGateOptions): ManagementGate {
  let quota: ManagementQuota = UNKNOWN_QUOTA
  const lines: Record<Purpose, Turns> = {
    paying: createTurnsOfKinds(),
    reading: createTurnsOfKinds(),
    reconciling: createTurnsOfKinds(),
  }
  /** How many wait in all lines. It is nearly always 0, and then we need not go through the lines. */
  let waiting = 0
  // A Set keeps the order in which they were sent.
  const out = new Set<Out>()
  let timer: { readonly atMs: number; readonly callOff: () => void } | null = null

  const refusal = (purpose: Purpose, turn: number) => {
    const waitMs = opensAtMs(quota, purpose, turn, now()) - now()
    return new Problem('upstream_busy', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
  }

  function goNow(purpose: Purpose, kind: string, sentAtMs: number): OutCall {
    const call = { purpose, kind, sentAtMs }
    quota = sent(quota, call)
    return call
  }

  /** Sends in the same turn of the event loop if it can. */
  function enter({ purpose, caller, kind }: Arrival, deadlineMs: number): OutCall | Promise<OutCall> {
    const nowMs = now()
    const isFirst = waiting === 0 || lines[purpose].size === 0
    if (isFirst && roomFor(quota, purpose, nowMs) > 0) return goNow(purpose, kind, nowMs)
    return new Promise((go, refuse) => {
      waiting++
      lines[purpose].add({ caller, kind, deadlineMs, go, refuse })
      serve()
    })
  }

  function serve(): void {
    if (waiting === 0) {
      timer?.callOff()
      timer = null
      return
    }
    const nowMs = now()
    const inLine = PURPOSES.filter((purpose) => lines[purpose].size > 0)
    for (const purpose of inLine) letIn(purpose, nowMs)
    for (const purpose of inLine) makeRoom(purpose, nowMs)
    let ahead = 0
    for (const purpose of inLine) {
      dismissHopeless(purpose, ahead, nowMs)
      ahead += lines[purpose].size
    }
    watch(nowMs)
  }

  function letIn(purpose: Purpose, nowMs: number): void {
    const line = lines[purpose]
    while (line.size > 0 && roomFor(quota, purpose, nowMs) > 0) {
      const next = line.next()
      waiting--
      next?.go(goNow(purpose, next.kind, nowMs))
    }
  }

  /** If calls that hang have taken all places, gives up the oldest call of the caller with the most of them, for the next in line. */
  function makeRoom(purpose: Purpose, nowMs: number): void {
    if (lines[purpose].size === 0 || !isFull(quota, purpose, nowMs)) return
    const hanging = [...out].filter(({ call }) => call.purpose === purpose && mayBeGivenUp(call, nowMs))
    const byCaller = [...Map.groupBy(hanging, ({ caller }) => caller).values()]
    const [oldest] = byCaller.sort((one, other) => other.length - one.length)[0] ?? []
    // Once it has ended, which serves again, the next goes in its place.
    oldest?.giveUp(new Problem('upstream_unavailable', { reason: 'given_up' }))
  }

  /**
   * Refuses calls whose turn would come too late: those that would be too late even if they were first; and, while there are too many, the
   * last call of the caller with the most in line.
   */
  function dismissHopeless(purpose: Purpose, ahead: number, nowMs: number): void {
    const line = lines[purpose]
    const isTooLate = ({ deadlineMs }: Waiter, turn: number) =>
      deadlineMs <= nowMs || opensAtMs(quota, purpose, turn, nowMs) > deadlineMs
    let first = line.mostUrgent()
    // Nearly always the very last would be in time for the least patience there is.
    if (!first || !isTooLate(first, ahead + line.size)) return
    for (; first && isTooLate(first, ahead + 1); first = line.mostUrgent()) dismiss(first)
    let last = line.lastOfLargest()
    for (; last && isTooLate(last, ahead + line.size); last = line.lastOfLargest()) dismiss(last)

    function dismiss(waiter: Waiter): void {
      const problem = refusal(purpose, ahead + line.size)
      line.remove(waiter)
      waiting--
      waiter.refuse(problem)
    }
  }

  /** Serves again when something may have changed for those who wait: the gate opens, or one's patience is over. */
  function watch(nowMs: number): void {
    let atMs = Number.POSITIVE_INFINITY
    for (const purpose of PURPOSES) atMs = Math.min(atMs, lines[purpose].mostUrgent()?.deadlineMs ?? atMs)
    if (atMs === Number.POSITIVE_INFINITY) {
      timer?.callOff()
      timer = null
      return
    }
    for (const opensMs of [quota.heldUntilMs, quota.window?.endsMs.latest ?? 0, nextLeavesAtMs(quota, nowMs)])
      if (opensMs > nowMs) atMs = Math.min(atMs, opensMs)
    // One that comes too soon does no harm.
    if (timer !== null && timer.atMs <= atMs) return
    timer?.callOff()
    const next = { atMs, callOff: () => {} }
    timer = next
    next.callOff = schedule(atMs - nowMs, () => {
      timer = null
      serve()
    })
  }

  function learn(answer: UpstreamAnswer, call: OutCall): void {
    const exchange = { ...call, answeredAtMs: now() }
    const reading = readQuotaHeaders(answer)
    quota =
      answer.status === 429
        ? turnedAway(quota, exchange, reading, (refusals) => holdMsAfter(answer, refusals, random()))
        : answered(quota, exchange, reading)
  }

  async function sendAndLearn(
    call: OutCall,
    caller: string,
    send: (sending: Sending) => Promise<UpstreamAnswer>,
  ): Promise<UpstreamAnswer> {
    const sending: Out = { call, caller, giveUp() {} }
    out.add(sending)
    try {
      const answer = await send(sending)
      learn(answer, call)
      return answer
    } catch (error) {
      quota = unanswered(quota, call)
      throw error
    } finally {
      out.delete(sending)
      serve()
    }
  }

  return {
    arrive(arrival, patienceMs) {
      const deadlineMs = now() + patienceMs
      return {
        pass(send) {
          const entered = enter(arrival, deadlineMs)
          return entered instanceof Promise
            ? entered.then((call) => sendAndLearn(call, arrival.caller, send))
            : sendAndLearn(entered, arrival.caller, send)
        },
        heldForMs: () => quota.heldUntilMs - now(),
        refusal: () => refusal(arrival.purpose, 1),
      }
    },
    // Half of the quota is kept from this too, as it is from reconciliation.
    isAtEase: () => roomFor(quota, 'reconciling', now()) > 1,
    standing: () => ({
      remaining: remainingOf(quota, now()),
      waiting: {
        paying: lines.paying.size,
        reading: lines.reading.size,
        reconciling: lines.reconciling.size,
      },
    }),
  }
}
