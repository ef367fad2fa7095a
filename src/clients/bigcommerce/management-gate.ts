import type { Schedule } from '../../domain/clock.ts'
import { Problem } from '../../domain/problem.ts'
import { PURPOSES, type Purpose } from '../../request-context.ts'
import type { UpstreamAnswer } from './exchange.ts'
import {
  answered,
  holdMsAfter,
  leftOf,
  type ManagementQuota,
  nextHangsAtMs,
  type OutCall,
  opensAtMs,
  readQuotaHeaders,
  roomFor,
  sent,
  turnedAway,
  UNKNOWN_QUOTA,
  unanswered,
} from './quota.ts'
import { createTurns, type Turns, type Waiter } from './turns.ts'

/**
 * Stands before the management host and lets calls through as its quota allows: paying first, then listing, then looks, and within
 * each of them turn about between callers.
 */
export interface ManagementGate {
  /** A call has come, with all its tries. @param caller for whom; callers take turns. @param patienceMs how long it may wait here, its tries together, from now on. */
  arrive(purpose: Purpose, caller: string, patienceMs: number): Visit
  /** Whether so much is left that a call may be made which may turn out not to be needed. */
  isAtEase(): boolean
  standing(): GateStanding
}

/** One call at the gate. */
export interface Visit {
  /**
   * Sends when the quota allows it, and learns from the answer, a 429 included.
   *
   * @throws Problem `upstream_busy` with the moment to come again, as soon as it is known that the patience will not do.
   */
  pass(send: () => Promise<UpstreamAnswer>): Promise<UpstreamAnswer>
  /** How long all calls are held back as things stand, in milliseconds. */
  heldForMs(): number
  /** `upstream_busy`, with the moment to come again. */
  refusal(): Problem
}

export interface GateStanding {
  /** null as long as no answer has spoken of a quota. */
  readonly left: number | null
  readonly waiting: Readonly<Record<Purpose, number>>
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
    paying: createTurns(),
    reading: createTurns(),
    reconciling: createTurns(),
  }
  let timer: { readonly atMs: number; readonly callOff: () => void } | null = null

  const refusal = (purpose: Purpose, turn: number) => {
    const waitMs = opensAtMs(quota, purpose, turn, now()) - now()
    return new Problem('upstream_busy', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
  }

  function goNow(purpose: Purpose, sentAtMs: number): OutCall {
    const call = { purpose, sentAtMs }
    quota = sent(quota, call)
    return call
  }

  /** In the same turn if nothing is in the way. */
  function enter(purpose: Purpose, caller: string, deadlineMs: number): OutCall | Promise<OutCall> {
    const nowMs = now()
    if (lines[purpose].size === 0 && roomFor(quota, purpose, nowMs) > 0) return goNow(purpose, nowMs)
    return new Promise((go, refuse) => {
      lines[purpose].add({ caller, deadlineMs, go, refuse })
      serve()
    })
  }

  function serve(): void {
    const nowMs = now()
    for (const purpose of PURPOSES) letIn(purpose, nowMs)
    let ahead = 0
    for (const purpose of PURPOSES) {
      dismissHopeless(purpose, ahead, nowMs)
      ahead += lines[purpose].size
    }
    watch(nowMs)
  }

  function letIn(purpose: Purpose, nowMs: number): void {
    const line = lines[purpose]
    while (line.size > 0 && roomFor(quota, purpose, nowMs) > 0) line.next()?.go(goNow(purpose, nowMs))
  }

  /**
   * Sends away those whose turn comes too late: those who would be too late even as the first; and while too many are in line, the last
   * of the caller who has the most in it.
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
    for (const opensMs of [quota.heldUntilMs, quota.window?.endsMs.latest ?? 0, nextHangsAtMs(quota, nowMs)])
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

  async function sendAndLearn(call: OutCall, send: () => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    try {
      const answer = await send()
      learn(answer, call)
      return answer
    } catch (error) {
      quota = unanswered(quota, call)
      throw error
    } finally {
      serve()
    }
  }

  return {
    arrive(purpose, caller, patienceMs) {
      const deadlineMs = now() + patienceMs
      return {
        pass(send) {
          const entered = enter(purpose, caller, deadlineMs)
          return entered instanceof Promise
            ? entered.then((call) => sendAndLearn(call, send))
            : sendAndLearn(entered, send)
        },
        heldForMs: () => quota.heldUntilMs - now(),
        refusal: () => refusal(purpose, 1),
      }
    },
    // What reconciliation leaves alone, half of the quota, is left alone here too.
    isAtEase: () => roomFor(quota, 'reconciling', now()) > 1,
    standing: () => ({
      left: leftOf(quota, now()),
      waiting: {
        paying: lines.paying.size,
        reading: lines.reading.size,
        reconciling: lines.reconciling.size,
      },
    }),
  }
}
