import type { Clock } from '../domain/clock.ts'
import type { Log } from '../logging/log-entry.ts'
import type { StillFor, UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import type { VelocityHolds } from '../stores/velocity-holds.ts'
import type { ReconcileAttempt } from './reconcile-attempt.ts'

/** Work that goes on beside the requests until it is stopped. */
export interface BackgroundWork {
  start(): void
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>
}

export interface ReconciliationLoopOptions {
  readonly unsettled: Pick<UnsettledAttempts, 'lease' | 'recoverAbandoned' | 'deleteKeysBefore'>
  readonly holds: Pick<VelocityHolds, 'deleteExpired'>
  readonly reconcileAttempt: ReconcileAttempt
  readonly stillFor: StillFor
  readonly now: Clock
  /** Waits, or ends at once when the signal does. */
  readonly sleep: (forMs: number, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/** A client that was told to ask again in two seconds should find news; one short read is what it costs. */
const pauseMs = 500
/** Attempts looked up side by side: four reads each at most, well inside the management host's quota. */
const leasedMax = 4
/** How long an idempotency key is remembered; part of the published contract. */
const keyLifeMs = 30 * 24 * 60 * 60 * 1_000
/** Old keys are swept now and then; nothing depends on the moment. */
const sweepEveryMs = 60 * 60 * 1_000

/** Looks up what is due, finds what a crash left behind, and forgets old keys, over and over. */
export function createReconciliationLoop(options: ReconciliationLoopOptions): BackgroundWork {
  const { unsettled, holds, reconcileAttempt, stillFor, now, sleep, log } = options
  const stopping = new AbortController()
  let running = Promise.resolve()
  let sweptAtMs = Number.NEGATIVE_INFINITY

  async function round(): Promise<void> {
    const recovered = await unsettled.recoverAbandoned(stillFor)
    if (recovered.released + recovered.unknown > 0) log.warn(recovered, 'abandoned payments recovered')
    const due = await unsettled.lease(leasedMax)
    await Promise.all(due.map((attempt) => reconcileAttempt(attempt)))
    if (now() - sweptAtMs < sweepEveryMs) return
    sweptAtMs = now()
    await holds.deleteExpired()
    const deleted = await unsettled.deleteKeysBefore(now() - keyLifeMs)
    if (deleted > 0) log.info({ deleted }, 'old idempotency keys forgotten')
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round().catch((err) => log.error({ err }, 'reconciliation round failed'))
      await sleep(pauseMs, stopping.signal)
    }
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
