import { Problem } from '../domain/problem.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { Pause } from './charge-attempt.ts'

/** Those who wait for the end of a payment, in one instance. */
export interface Waiting {
  /** One request's wait. Its time counts from now; it takes a place only once there is a payment to wait for. */
  begin(caller: string, forMs: number): Wait
  /** From now on all are answered at once. */
  stop(): void
}

export interface Wait {
  /**
   * Takes a place among those who wait for these payments.
   *
   * @returns whether to ask for a look. If others already wait for all of these payments, they have asked.
   */
  join(paymentIds: readonly string[]): boolean
  /**
   * Resolves as soon as one of the payments has an end, the time is over, or the client has gone.
   *
   * @returns false where there was no place for it, or it had to be given up.
   */
  untilEnd(paymentIds: readonly string[], hasGone: AbortSignal): Promise<boolean>
  /** Gives the place back. */
  leave(): void
  /** The whole wait: reads the payments. If one has no end yet, reads them again as soon as it has, or when the time is over. */
  answer<Standing>(awaited: Awaited<Standing>, client: AwaitingClient): Promise<Standing>
}

export interface Awaited<Standing> {
  /**
   * How it stands.
   *
   * @param mayLook whether a look is to be asked for at payments that have no end.
   */
  readonly ask: (mayLook: (paymentIds: readonly string[]) => boolean) => Promise<Standing>
  /** The payments that may come to an end while the client waits. */
  readonly withoutEnd: (standing: Standing) => readonly string[]
}

export interface AwaitingClient {
  /** Aborts when the client goes away, who waits no longer then. */
  readonly hasGone: () => AbortSignal
  /** Runs the wait itself, during which the request does nothing. */
  readonly aside: (untilEnd: () => Promise<boolean>) => Promise<boolean>
  /** Called if the client's preference to wait was followed. */
  readonly applied: () => void
}

export interface WaitingDependencies {
  readonly attempts: Pick<PaymentAttempts, 'findEnded'>
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  readonly pause: Pause
  /** For tests; else {@link PLACES_MAX}. */
  readonly placesMax?: number
}

/**
 * At the store's allowance 12.5 payments begin a second. If BigCommerce stops answering, that many wait for half a minute.
 * Each costs its connection and some kilobytes.
 */
const PLACES_MAX = 500
/** One short statement, by primary key, for all waiting requests; none if no one waits. People do not notice a quarter of a second. */
const readEveryMs = 250

interface Waiter {
  readonly caller: string
  readonly untilMs: number
  /** Those for which it keeps others from asking for a look. */
  readonly joined: Set<string>
  /** Those whose end it waits for. */
  awaited: readonly string[]
  readonly over: PromiseWithResolvers<boolean>
}

/** Lets requests wait for the ends of payments, whichever instance finds them: the ledger is read for all of them at once. */
export function createWaiting(dependencies: WaitingDependencies): Waiting {
  const { attempts, elapsed, pause, placesMax = PLACES_MAX } = dependencies
  // A Set keeps the order in which they began.
  const waiters = new Set<Waiter>()
  let isStopped = false
  let isWatching = false
  let isReading = false

  async function watch(): Promise<void> {
    isWatching = true
    while (waiters.size > 0) {
      await pause(readEveryMs)
      for (const waiter of waiters) if (waiter.untilMs <= elapsed()) waiter.over.resolve(true)
      // A ledger that is slow to answer does not keep waits from ending at their time.
      if (!isReading) void readEnds()
    }
    isWatching = false
  }

  async function readEnds(): Promise<void> {
    const asked = new Set([...waiters].flatMap(({ awaited }) => awaited))
    if (asked.size === 0) return
    isReading = true
    // If the ledger is away, waiting requests learn of it when their time is over.
    const ended = new Set(await attempts.findEnded([...asked]).catch(() => []))
    isReading = false
    for (const { awaited, over } of waiters) if (awaited.some((id) => ended.has(id))) over.resolve(true)
  }

  /** The caller with the most places gives one up for a caller with fewer, so that no caller keeps others out. */
  function makeRoom(caller: string): boolean {
    if (waiters.size < placesMax) return true
    const places = Map.groupBy(waiters, (waiter) => waiter.caller)
    const [most = []] = [...places.values()].sort((one, other) => other.length - one.length)
    if (most.length <= (places.get(caller)?.length ?? 0) + 1) return false
    const [oldest] = most
    if (!oldest) return false
    oldest.over.resolve(false)
    waiters.delete(oldest)
    return true
  }

  return {
    begin(caller, forMs) {
      const waiter: Waiter = {
        caller,
        untilMs: elapsed() + forMs,
        joined: new Set(),
        awaited: [],
        over: Promise.withResolvers(),
      }
      let hasPlace = false

      function takePlace(): boolean {
        if (hasPlace) return true
        if (isStopped || !makeRoom(caller)) return false
        waiters.add(waiter)
        hasPlace = true
        if (!isWatching) void watch()
        return true
      }

      const wait: Omit<Wait, 'answer'> = {
        join(paymentIds) {
          const isNew = paymentIds.some((id) => ![...waiters].some(({ joined }) => joined.has(id)))
          if (!takePlace()) return true
          for (const id of paymentIds) waiter.joined.add(id)
          return isNew
        },
        async untilEnd(paymentIds, hasGone) {
          if (hasGone.aborted || !takePlace()) return false
          waiter.awaited = paymentIds
          if (waiter.untilMs <= elapsed()) return true
          const leave = () => waiter.over.resolve(false)
          hasGone.addEventListener('abort', leave, { once: true })
          return waiter.over.promise
        },
        leave: () => void waiters.delete(waiter),
      }
      return { ...wait, answer: (awaited, client) => askOnceEnded(wait, awaited, client) }
    },
    stop() {
      isStopped = true
      for (const { over } of waiters) over.resolve(false)
    },
  }
}

async function askOnceEnded<Standing>(
  wait: Omit<Wait, 'answer'>,
  { ask, withoutEnd }: Awaited<Standing>,
  { hasGone, aside, applied }: AwaitingClient,
): Promise<Standing> {
  try {
    const standing = await ask(wait.join)
    const open = withoutEnd(standing)
    if (open.length === 0) {
      applied()
      return standing
    }
    const gone = hasGone()
    const isApplied = await aside(() => wait.untilEnd(open, gone))
    if (gone.aborted) return standing
    try {
      const ended = await ask(() => false)
      if (isApplied) applied()
      return ended
    } catch (failure) {
      // The request may have charged before it waited. An error from us would say that it has not.
      if (failure instanceof Problem && failure.status >= 500) return standing
      throw failure
    }
  } finally {
    wait.leave()
  }
}
