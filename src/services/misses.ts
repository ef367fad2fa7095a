import type { Caller } from '../domain/caller.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'

/**
 * Counts how often a caller asks for orders that are not theirs. It takes a call to BigCommerce to find out whose an order is, and all
 * shoppers share the quota of these calls.
 */
export interface Misses {
  /**
   * An order is about to be read.
   *
   * @returns a function to call once it was read, with whether it turned out not to be the caller's.
   * @throws Problem `quota_exceeded` for a caller with too many of them.
   */
  begin(caller: Caller, context: RequestContext): (isMiss: boolean) => void
  /** Whether the caller's reads wait behind all others for BigCommerce's quota, because of a miss within the last minute. */
  comesLast(caller: Caller): boolean
  /** Whether a call may be made for the caller before it is known that the order is theirs. */
  mayGoAhead(caller: Caller): boolean
}

export interface MissesOptions {
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  /** How many requests a caller may make within a minute; 0 for any number, and then they may all be misses. */
  readonly callerPerMinute: number
}

/** Of the requests that a caller may make, so many may be misses: 10 of 300. A person who mistypes an order's number needs a few. */
const missesShare = 1 / 30
const minuteMs = 60_000
/** Of those that are being read any may be one: so many times as many may be. No shopper reads so many orders at once. */
const readingTimes = 3
/** After a miss nothing is done ahead for a minute; nor for a caller who asks for many orders at once. */
const aheadMax = 3
/** An entry takes some 200 bytes. Those whose last miss is longest ago are forgotten first. */
const rememberedMax = 10_000

interface Record {
  /** How many are remembered, as of that moment. */
  readonly count: number
  readonly countedAtMs: number
  readonly reading: number
  readonly latestAtMs: number
}

const unknownCaller: Record = {
  count: 0,
  countedAtMs: 0,
  reading: 0,
  latestAtMs: Number.NEGATIVE_INFINITY,
}

export function createMisses({ elapsed, callerPerMinute }: MissesOptions): Misses {
  const perMinute = Math.ceil(callerPerMinute * missesShare)
  const records = new Map<string, Record>()
  const recordOf = ({ principal }: Caller) => records.get(principal) ?? unknownCaller
  const countOf = ({ count, countedAtMs }: Record) =>
    Math.max(0, count - ((elapsed() - countedAtMs) / minuteMs) * perMinute)

  function keep({ principal }: Caller, record: Record): void {
    records.delete(principal)
    const isOver = record.reading === 0 && countOf(record) === 0 && record.latestAtMs + minuteMs < elapsed()
    if (!isOver) records.set(principal, record)
    const [longestAgo] = records.keys()
    if (records.size > rememberedMax && longestAgo !== undefined) records.delete(longestAgo)
  }

  function refuseTooMany(caller: Caller, context: RequestContext): void {
    const record = recordOf(caller)
    const count = countOf(record)
    if (count < perMinute && count + record.reading < readingTimes * perMinute) return
    context.log.warn({}, 'caller asks for too many orders of others')
    const waitMs = (Math.max(0, count - perMinute) / perMinute) * minuteMs
    throw new Problem('quota_exceeded', {
      detail:
        'Too many orders were asked for that this caller does not have. Wait, then try again. Nothing was charged by this request.',
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    })
  }

  return {
    begin(caller, context) {
      // The one token of a trusted server serves many shoppers, so the wrong number of one must not keep out the others.
      if (caller.access.kind !== 'any' && perMinute > 0) refuseTooMany(caller, context)
      const before = recordOf(caller)
      keep(caller, { ...before, reading: before.reading + 1 })
      return (isMiss) => {
        const record = recordOf(caller)
        const nowMs = elapsed()
        const counted = { count: countOf(record) + 1, countedAtMs: nowMs, latestAtMs: nowMs }
        keep(caller, {
          ...record,
          ...(isMiss ? counted : {}),
          reading: Math.max(0, record.reading - 1),
        })
      }
    },
    comesLast: (caller) => caller.access.kind !== 'any' && recordOf(caller).latestAtMs + minuteMs > elapsed(),
    mayGoAhead(caller) {
      const { latestAtMs, reading } = recordOf(caller)
      const isOfMany = caller.access.kind === 'any'
      return latestAtMs + minuteMs <= elapsed() && (isOfMany || reading < aheadMax)
    },
  }
}
