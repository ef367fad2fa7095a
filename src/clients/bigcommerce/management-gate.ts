import type { After } from '../../domain/after.ts'
import { Problem } from '../../domain/problem.ts'
import type { RequestContext } from '../../domain/request-context.ts'
import { PURPOSES, type Purpose } from '../../domain/request-context.ts'
import type { UpstreamAnswer } from './answer.ts'
import {
  answered,
  leftOf,
  type ManagementQuota,
  opensAtMs,
  roomFor,
  sent,
  turnedAway,
  UNKNOWN_QUOTA,
  unanswered,
} from './quota.ts'
import { readQuotaHeaders } from './quota-headers.ts'
import { holdMsOf } from './quota-reading.ts'
import { askedSeconds } from './retry-after.ts'

/** Stands before the management host and lets calls through as its quota allows: paying first. */
export interface ManagementGate {
  /** A call has come, with all its tries; from now on its patience runs. */
  arrive(context: RequestContext): Passage
  /** Whether so much is left that a call may be made which may turn out not to be needed. */
  isAtEase(): boolean
  standing(): GateStanding
}

/**
 * Sends when it may be, and once more where BigCommerce turned it away (429): nothing that goes through here moves money.
 *
 * @throws Problem `upstream_busy` with the moment to come again, as soon as it is known that it cannot be sent in time.
 */
export type Passage = (send: () => Promise<UpstreamAnswer>) => Promise<UpstreamAnswer>

export interface GateStanding {
  /** null as long as no answer has spoken of a quota. */
  readonly left: number | null
  readonly waiting: Readonly<Record<Purpose, number>>
}

export interface ManagementGateOptions {
  /** A clock that only goes forward; its moments mean nothing elsewhere. */
  readonly now: () => number
  readonly after: After
  readonly random: () => number
}

interface Waiter {
  readonly deadlineMs: number
  readonly go: () => void
  readonly refuse: (problem: Problem) => void
}

/**
 * How long a call waits here, all its tries together. A payment has two calls and its queue to wait for, and clients give up
 * after half a minute; a page that lists can be asked again; a look comes round again.
 */
const PATIENCE_MS: Readonly<Record<Purpose, number>> = { paying: 5_000, reading: 3_000, reconciling: 2_000 }
/** Turned away twice within its patience, more of the same would only add to what BigCommerce cannot bear. */
const turnedAwayMax = 2

export function createManagementGate({ now, after, random }: ManagementGateOptions): ManagementGate {
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

  /** Until something may be otherwise for those who wait: the gate opens, or the patience of one is over. */
  function watch(): () => void {
    const deadlines = PURPOSES.flatMap((purpose) => lines[purpose].map(({ deadlineMs }) => deadlineMs))
    if (deadlines.length === 0) return () => {}
    const opening = [quota.heldUntilMs, quota.window?.endsMs.latest ?? 0].filter((atMs) => atMs > now())
    return after(Math.min(...deadlines, ...opening) - now(), serve)
  }

  function learn(answer: UpstreamAnswer, sentAtMs: number): void {
    const exchange = { sentAtMs, answeredAtMs: now() }
    const reading = readQuotaHeaders(answer)
    const askedMs = askedSeconds(answer).map((seconds) => seconds * 1000)
    quota =
      answer.status === 429
        ? turnedAway(quota, exchange, reading, (refusals) => holdMsOf(askedMs, refusals, random()))
        : answered(quota, exchange, reading)
  }

  async function pass(send: () => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
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
    arrive({ purpose, log }) {
      const deadlineMs = now() + PATIENCE_MS[purpose]
      let timesTurnedAway = 0
      return async function passage(send) {
        while (timesTurnedAway < turnedAwayMax) {
          await enter(purpose, deadlineMs)
          const answer = await pass(send)
          if (answer.status !== 429) return answer
          timesTurnedAway += 1
          log.warn({ forMs: Math.ceil(quota.heldUntilMs - now()) }, 'management call turned away')
        }
        throw refusal(purpose, 1)
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
