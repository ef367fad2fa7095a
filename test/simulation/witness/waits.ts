import { mayEndSoon } from '../../../src/domain/payment-attempt.ts'
import type { Run } from '../engine/run.ts'
import type { LedgerRows } from '../ledger/ledger-rows.ts'
import type { NodeLife } from '../service/ports.ts'

/** One request that waits for the end of one of these payments. */
export interface Waited {
  readonly paymentIds: readonly string[]
  readonly untilMs: number
  readonly hasGone: AbortSignal
  /** Of the instance that it waits at. */
  readonly life: NodeLife
}

/** Watches those who wait for the end of a payment, at every instance. */
export interface WaitsWatch {
  /** Runs a wait, and judges when it ended and why. */
  during(waited: Waited, untilEnd: () => Promise<boolean>): Promise<boolean>
  /** Looks which payments have come to an end, whichever instance has settled them. */
  note(): void
}

/** Two reads of the ledger, a quarter of a second apart: the first may have begun just before the end. */
const noticedWithinMs = 500
/** How often those are answered whose time is over. */
const overWithinMs = 250

/** No wait outlasts its time; where the ledger can be read it ends with the payment; and none is over before. */
export function createWaitsWatch(run: Run, rows: LedgerRows, broken: (what: string) => void): WaitsWatch {
  const { scheduler, counts, scenario } = run
  const awaited = new Set<string>()
  const endedAtMs = new Map<string, number>()
  const isOpen = (id: string) => {
    const row = rows.byId.get(id)
    return row !== undefined && mayEndSoon(row.status)
  }
  const struck = () => Object.values(counts.faults).reduce((sum, count) => sum + count, 0)
  const hasOutages =
    scenario.hazards.storeCrashesAtMs.length > 0 || scenario.faults.store_outage !== undefined

  function note(): void {
    for (const id of awaited) if (!isOpen(id) && !endedAtMs.has(id)) endedAtMs.set(id, scheduler.now())
  }

  function judge(
    { paymentIds, untilMs, hasGone, beganMs }: Waited & { readonly beganMs: number },
    isApplied: boolean,
    wasStruck: boolean,
  ): void {
    const ids = paymentIds.join()
    const nowMs = scheduler.now()
    if (nowMs > untilMs + overWithinMs)
      broken(`wait: for ${ids}, ${nowMs - untilMs} ms longer than asked for`)
    if (isApplied && nowMs < untilMs && paymentIds.every(isOpen)) broken(`wait: for ${ids}, which has no end`)
    if (!isApplied && !hasGone.aborted) broken(`wait: for ${ids}, without a place`)
    const firstMs = Math.min(...paymentIds.map((id) => endedAtMs.get(id) ?? Number.POSITIVE_INFINITY))
    // Another may have waited for it before: this one can notice it only from its own beginning on.
    const endMs = Math.max(firstMs, beganMs)
    // Each read travels there and back. Where something has gone wrong meanwhile, it may be what kept the end from being read.
    const within = noticedWithinMs + 4 * scenario.latencyMsMax
    if (!wasStruck && !hasOutages && nowMs > endMs + within)
      broken(`wait: for ${ids}, ${nowMs - endMs} ms after its end`)
    if (isApplied && nowMs < untilMs) run.happened('waits')
  }

  return {
    note,
    async during(waited, untilEnd) {
      for (const id of waited.paymentIds) awaited.add(id)
      note()
      const [before, beganMs] = [struck(), scheduler.now()]
      const stoodStill = waited.life.stoodStillUntilMs > beganMs
      const isApplied = await untilEnd()
      const untilMs = Math.max(waited.untilMs, beganMs)
      judge({ ...waited, untilMs, beganMs }, isApplied, stoodStill || before !== struck())
      return isApplied
    },
  }
}
