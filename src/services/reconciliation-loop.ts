import type { Clock } from '../domain/clock.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Recovered, StillFor } from '../stores/recover-abandoned.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import type { VelocityHolds } from '../stores/velocity-holds.ts'
import type { FindMadeOrders } from './find-made-orders.ts'
import type { ReconcileAttempt } from './reconcile-attempt.ts'

/** Longer than any instance prepares a payment, apart from waiting for a permit: the gate, two tries for the PAT, writing. */
const preparingMsMax = 30_000
/** Beyond the wait for an answer: the time to write it down. */
const settlingMsMax = 15_000
/** Attempts looked up at the same time: four reads each at most, well within the management host's quota. */
const leasedMax = 4
/** How long an idempotency key is remembered; part of the published contract. */
const keyLifeMs = 30 * 24 * 60 * 60 * 1_000
/** How often old keys are deleted. Nothing depends on the moment. */
const sweepEveryMs = 60 * 60 * 1_000
/** Looks that take longer hang. The next round begins without waiting for them, so that a few orders do not delay all others. */
const hangsAfterMs = 2_000
/** How many rounds may have looks that still run. A look whose calls hang takes up to three tries of five seconds each. */
const roundsMax = 8
/** Clients are told to ask again in two seconds, and should find news then. An empty round costs two short statements. */
const pauseMs = 500

/** How long an attempt must have stood still before it is certain that no living instance works on it. */
export const stillForOf = (waits: {
  readonly permitWaitMsMax: number
  readonly paymentTimeoutMs: number
}): StillFor => ({
  claimedMs: preparingMsMax + waits.permitWaitMsMax,
  sendingMs: waits.paymentTimeoutMs + settlingMsMax,
})

export interface ReconciliationRoundOptions {
  readonly unsettled: Pick<UnsettledAttempts, 'lease' | 'recoverAbandoned' | 'deleteKeysBefore'>
  readonly holds: Pick<VelocityHolds, 'deleteExpired'>
  readonly reconcileAttempt: ReconcileAttempt
  /** Left out where checkouts cannot be paid. */
  readonly findMadeOrders?: FindMadeOrders | undefined
  readonly stillFor: StillFor
  readonly now: Clock
  readonly log: Log
}

/**
 * One round: ends attempts that a crash left behind, begins the looks that are due, and deletes old keys.
 *
 * @returns what resolves once its looks are over; it never rejects.
 */
export type Reconcile = () => Promise<{ readonly looked: Promise<unknown> }>

export function createReconciliationRound(options: ReconciliationRoundOptions): Reconcile {
  const { unsettled, holds, reconcileAttempt, findMadeOrders, stillFor, now, log } = options
  let sweptAtMs = Number.NEGATIVE_INFINITY

  return async function reconcile() {
    const recovered = await unsettled
      .recoverAbandoned(stillFor)
      .catch((failure: unknown): Recovered => ({ released: [], unknown: [], failure }))
    tell(recovered)
    const due = await unsettled.lease(leasedMax)
    // If an attempt cannot be recovered, the looks for the others still happen. If the ledger is away, the lease throws.
    if (recovered.failure !== undefined) failed(recovered.failure)
    const looked = Promise.all([
      ...due.map((attempt) => reconcileAttempt(attempt)),
      findMadeOrders?.('reconciling'),
    ])
    if (now() - sweptAtMs >= sweepEveryMs) await sweep().catch(failed)
    return { looked }
  }

  function failed(err: unknown): void {
    log.error({ err }, 'reconciliation round failed')
  }

  function tell({ released, unknown }: Recovered): void {
    for (const one of released) log.warn({ ...one, to: 'not_sent' }, 'abandoned payment recovered')
    for (const one of unknown) log.warn({ ...one, to: 'unknown' }, 'abandoned payment recovered')
    const recovered = { released: released.length, unknown: unknown.length }
    if (recovered.released + recovered.unknown > 0) log.warn(recovered, 'abandoned payments recovered')
  }

  /** One batch a round, until none is left: a big one would hold up payments. */
  async function sweep(): Promise<void> {
    const holdsDeleted = await holds.deleteExpired()
    const deleted = await unsettled.deleteKeysBefore(now() - keyLifeMs)
    if (deleted > 0) log.info({ deleted }, 'old idempotency keys deleted')
    if (holdsDeleted + deleted === 0) sweptAtMs = now()
  }
}

/** Work that goes on beside the requests until it is stopped. */
export interface BackgroundWork {
  start(): void
  /** Resolves when what is running has ended. */
  stop(): Promise<void>
}

export interface ReconciliationLoopOptions {
  /** One round of it. */
  readonly reconcile: Reconcile
  /** Waits, or ends at once when the signal does. */
  readonly sleep: (forMs: number, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/** Reconciles round after round, with a pause between them. */
export function createReconciliationLoop({
  reconcile,
  sleep,
  log,
}: ReconciliationLoopOptions): BackgroundWork {
  const stopping = new AbortController()
  const looking = new Set<Promise<unknown>>()
  let running = Promise.resolve()

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round().catch((err) => log.error({ err }, 'reconciliation round failed'))
      while (looking.size >= roundsMax) await Promise.race(looking)
      await sleep(pauseMs, stopping.signal)
    }
    await Promise.all(looking)
  }

  async function round(): Promise<void> {
    const { looked } = await reconcile()
    looking.add(looked)
    const over = looked.finally(() => looking.delete(looked))
    await Promise.race([over, sleep(hangsAfterMs, stopping.signal)])
  }

  return {
    start() {
      running = run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
