import type { Schedule } from '../../domain/clock.ts'
import { Problem } from '../../domain/problem.ts'
import { PURPOSES, type Purpose } from '../../request-context.ts'
import type { UpstreamAnswer } from './exchange.ts'
import {
  answered,
  holdMsAfter,
  leftOf,
  type ManagementQuota,
  opensAtMs,
  readQuotaHeaders,
  roomFor,
  sent,
  turnedAway,
  UNKNOWN_QUOTA,
  unanswered,
} from './quota.ts'

/** Stands before the management host and lets calls through as its quota allows: paying first, then listing, then looks. */
export interface ManagementGate {
  /** A call has come, with all its tries. @param patienceMs how long it may wait here, its tries together, from now on. */
  arrive(purpose: Purpose, patienceMs: number): Visit
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

interface Waiter {
  readonly deadlineMs: number
  readonly go: () => void
  readonly refuse: (problem: Problem) => void
}

export function createManagementGate({ now, schedule, random }: ManagementGateOptions): ManagementGate {
  let quota: ManagementQuota = UNKNOWN_QUOTA
  const lines: Record<Purpose, Waiter[]> = { paying: [], reading: [], reconciling: [] }
  let callOff = () => {}

  const refusal = (purpose: Purpose, turn: number) => {
    const waitMs = opensAtMs(quota, purpose, turn, now()) - now()
    return new Problem('upstream_busy', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
  }

  function enter(purpose: Purpose, deadlineMs: number): Promise<void> {
    if (!lines[purpose].length && roomFor(quota, purpose, now()) > 0) {
      quota = sent(quota)
      return Promise.resolve()
    }
    return new Promise((go, refuse) => {
      lines[purpose].push({ deadlineMs, go, refuse })
      serve()
    })
  }

  function serve(): void {
    callOff()
    for (const purpose of PURPOSES) letIn(purpose)
    dismissHopeless()
    callOff = watch()
  }

  function letIn(purpose: Purpose): void {
    while (lines[purpose].length > 0 && roomFor(quota, purpose, now()) > 0) {
      quota = sent(quota)
      lines[purpose].shift()?.go()
    }
  }

  function dismissHopeless(): void {
    let turn = 1
    for (const purpose of PURPOSES) {
      lines[purpose] = lines[purpose].filter(({ deadlineMs, refuse }) => {
        const isHopeful = deadlineMs > now() && opensAtMs(quota, purpose, turn, now()) <= deadlineMs
        if (isHopeful) turn += 1
        else refuse(refusal(purpose, turn))
        return isHopeful
      })
    }
  }

  /** Serves again when something may have changed for those who wait: the gate opens, or one's patience is over. */
  function watch(): () => void {
    const deadlines = PURPOSES.flatMap((purpose) => lines[purpose].map(({ deadlineMs }) => deadlineMs))
    if (deadlines.length === 0) return () => {}
    const opening = [quota.heldUntilMs, quota.window?.endsMs.latest ?? 0].filter((atMs) => atMs > now())
    return schedule(Math.min(...deadlines, ...opening) - now(), serve)
  }

  function learn(answer: UpstreamAnswer, sentAtMs: number): void {
    const exchange = { sentAtMs, answeredAtMs: now() }
    const reading = readQuotaHeaders(answer)
    quota =
      answer.status === 429
        ? turnedAway(quota, exchange, reading, (refusals) => holdMsAfter(answer, refusals, random()))
        : answered(quota, exchange, reading)
  }

  async function sendAndLearn(send: () => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    const sentAtMs = now()
    try {
      const answer = await send()
      learn(answer, sentAtMs)
      return answer
    } catch (error) {
      quota = unanswered(quota)
      throw error
    } finally {
      serve()
    }
  }

  return {
    arrive(purpose, patienceMs) {
      const deadlineMs = now() + patienceMs
      return {
        async pass(send) {
          await enter(purpose, deadlineMs)
          return sendAndLearn(send)
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
        paying: lines.paying.length,
        reading: lines.reading.length,
        reconciling: lines.reconciling.length,
      },
    }),
  }
}
