import { stillForOf } from '../../../src/services/reconciliation-loop.ts'
import type { Run } from '../engine/run.ts'
import type { AttemptRow, LedgerRows } from '../ledger/ledger-rows.ts'
import { PAYMENT_TIMEOUT_MS } from './charge-network.ts'
import { PERMIT_WAIT_MS_MAX, type ServiceNode } from './node.ts'

export interface Reconciler {
  /** Plans a round for the time when the next attempt is due. */
  plan(): void
}

const pauseMs = 500
const afterFailureMsMax = 30_000

/**
 * The reconciliation loops of the nodes. In production each runs a round twice a second, and usually finds nothing. Here a
 * round runs only when something is due, on a node that the dice choose, sometimes on two at once.
 */
export function createReconciler(
  run: Run,
  { attempts, makings }: LedgerRows,
  nodes: readonly ServiceNode[],
): Reconciler {
  const { random, scheduler } = run
  let plannedMs = Number.POSITIVE_INFINITY
  let lastPlan = 0

  function dueMs(): number {
    let soonest = Number.POSITIVE_INFINITY
    for (const row of attempts) soonest = Math.min(soonest, dueAtMs(row))
    for (const { nextLookAtMs, leasedUntilMs } of makings.values())
      if (nextLookAtMs !== null) soonest = Math.min(soonest, Math.max(nextLookAtMs, leasedUntilMs ?? 0))
    return soonest
  }

  /** The clock that comes first to what is due: rows are written, and found, by the clocks of the machines. */
  const fastestMs = () => Math.max(...nodes.map((node) => node.now()))

  function plan(): void {
    const due = dueMs()
    if (due >= plannedMs) return
    plannedMs = due
    const thisPlan = ++lastPlan
    const delayMs = Math.max(0, due - fastestMs()) + random.below(pauseMs)
    // A plan that an earlier one has overtaken is dropped.
    scheduler.after(delayMs, () => thisPlan === lastPlan && carryOut())
  }

  function carryOut() {
    plannedMs = Number.POSITIVE_INFINITY
    const due = dueMs()
    const ready = nodes.filter((each) => each.now() >= due)
    const node = ready[random.below(ready.length)]
    if (!node) return plan()
    look(node)
    const second = ready[random.below(ready.length)]
    if (second && second !== node && random.chance(0.2)) look(second)
  }

  function look(node: ServiceNode) {
    // A node that is down does not look. Another round is planned.
    if (!node.life.isUp) return planAfter(afterFailureMsMax)
    run.trace?.(node.life.name, 'reconciles')
    // If the node dies meanwhile, the lease ends and another node looks.
    if (plannedMs === Number.POSITIVE_INFINITY) planAfter(2 * afterFailureMsMax)
    node
      .paying()
      .reconcile()
      .then(({ looked }) => looked)
      .then(
        () => {
          scheduler.arrived()
          planAfter(pauseMs)
        },
        () => {
          scheduler.arrived()
          planAfter(afterFailureMsMax)
        },
      )
  }

  const planAfter = (delayMsMax: number) => scheduler.after(random.below(delayMsMax), plan)

  return { plan }
}

const stillFor = stillForOf({ permitWaitMsMax: PERMIT_WAIT_MS_MAX, paymentTimeoutMs: PAYMENT_TIMEOUT_MS })

function dueAtMs(row: AttemptRow): number {
  const { status, updatedAtMs, leasedUntilMs } = row
  if (status === 'claimed') return updatedAtMs + stillFor.claimedMs
  if (status === 'sending') return updatedAtMs + stillFor.sendingMs
  const looks = [row.askedAtMs, row.nextLookAtMs, row.nextWatchAtMs].filter((atMs) => atMs !== null)
  return Math.max(Math.min(...looks), leasedUntilMs ?? 0)
}
