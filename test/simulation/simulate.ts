import { createInMemoryPermits } from '../allowance/in-memory-permits.ts'
import { paidCheckout, payAtLast } from './clients/checkouts.ts'
import { createFront } from './clients/front.ts'
import { type PayRequest, scopeOf } from './clients/requests.ts'
import { shop } from './clients/shopper.ts'
import { createRun, START_MS } from './engine/create-run.ts'
import type { Counts, Trace } from './engine/run.ts'
import type { Drain } from './engine/scheduler.ts'
import { createDisk, DURABLE_CALLS } from './ledger/disk.ts'
import { createInMemoryLedger } from './ledger/in-memory-ledger.ts'
import { createLedgerRows } from './ledger/ledger-rows.ts'
import { hasTrueClocks, mayNeedReview, type Scenario } from './scenario/scenario.ts'
import { createNode } from './service/node.ts'
import { ruleOf } from './service/node-permits.ts'
import { createReconciler } from './service/reconciler.ts'
import type { Sabotage } from './service/sabotage.ts'
import { createStoreOutages } from './service/store-outages.ts'
import { createBigCommerce } from './upstream/big-commerce.ts'
import { createWebhooks } from './upstream/webhooks.ts'
import { createWitness } from './witness/create-witness.ts'
import { createDoubts } from './witness/doubts.ts'
import { createWaitsWatch } from './witness/waits.ts'
import { createWindow } from './witness/window.ts'

export interface Simulated {
  readonly violation: string | null
  readonly counts: Counts
  readonly turnsMax: number
  readonly statuses: readonly string[]
  readonly sent: number
  readonly doubtsMs: readonly (number | null)[]
}

export interface SimulateOptions {
  readonly trace?: Trace
  readonly sabotage?: Sabotage
  readonly drain?: Drain
  /** How long the world goes on once all is well; without it, longer than reconciliation looks before it calls a person. */
  readonly forMs?: number
}

const daysMs = 9 * 24 * 60 * 60 * 1_000

/** Runs one scenario to its end, or to the first broken promise. */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<Simulated> {
  const { sabotage = {}, forMs = daysMs } = options
  const run = createRun(scenario, options.trace, options.drain)
  const { scheduler, counts } = run
  if (scenario.hazards.isOneCheckout && scenario.orders.length > 1) run.happened('one_checkout')
  if (scenario.hazards.upstreamClock.length > 0) run.happened('clocks')
  const rows = createLedgerRows()
  const witness = createWitness({
    rows,
    mayNeedReview: mayNeedReview(scenario),
    hasTrueClocks: hasTrueClocks(scenario),
    hasTrueClock: scenario.hazards.upstreamClock.length < 2,
    cartOf: (id) => bigCommerce.checkouts.find(id ?? ''),
    ordersOf: (id) => bigCommerce.checkouts.ordersOf(id ?? ''),
    now: scheduler.now,
    stop: scheduler.stop,
  })
  const webhooks = createWebhooks(run, (...delivery) => front.notify(...delivery))
  const bigCommerce = createBigCommerce(run, { onCharge: witness.charged, onNews: webhooks.onNews })
  const inMemory = createInMemoryLedger(rows)
  const hasCrashes = scenario.hazards.storeCrashesAtMs.length > 0
  const disk = hasCrashes ? createDisk(rows, inMemory, sabotage.durableCalls ?? DURABLE_CALLS) : null
  const plain = disk?.calls ?? inMemory
  const { limit, windowMs } = scenario.bucket
  const storeOf = createInMemoryPermits(limit, ruleOf(run), scheduler.now)
  const arrive = createWindow(limit, windowMs, witness.broken)
  const doubts = createDoubts(rows, scheduler.now)
  const waits = createWaitsWatch(run, rows, witness.broken)
  const outages = createStoreOutages(run, () => {
    disk?.crash()
    reconciler.plan()
  })
  const nodes = Array.from({ length: scenario.nodes }, (_, index) =>
    createNode({
      run,
      name: `node-${index + 1}`,
      index,
      calls: sabotage.calls?.(plain, rows) ?? plain,
      bigCommerce,
      storeOf: sabotage.permits ? sabotage.permits(storeOf, run) : storeOf,
      onArrival: () => arrive(scheduler.now()),
      onTurnedAway: witness.turnedAway,
      watch: witness.sending,
      makings: witness.makings,
      isStoreDown: outages.isDown,
      onWrite() {
        doubts.note()
        waits.note()
        reconciler.plan()
      },
      onCrash: () => reconciler.plan(),
      newId: () => `a${++counts.attempts}`,
      sabotage,
    }),
  )
  const reconciler = createReconciler(run, rows, nodes)
  const front = createFront({ run, nodes, witness, waits })

  const sent = new Map<string, PayRequest>()
  const onSent = (request: PayRequest) => {
    if (!sent.has(scopeOf(request))) sent.set(scopeOf(request), request)
  }
  let keys = 0
  const newKey = () => `k${++keys}`
  for (const plan of scenario.shoppers) {
    const { orderIndex } = plan
    const order = bigCommerce.orderAt(orderIndex)
    const checkout = paidCheckout(run, bigCommerce, orderIndex)
    void shop({ run, front, plan, orderId: order?.id ?? 0, checkout, newKey, onSent })
  }
  outages.plan()
  // What comes last must not come sooner than everything works again.
  scheduler.after(scenario.healAtMs, () => {})
  await scheduler.run(START_MS + scenario.healAtMs + forMs)

  // Long after, every key is sent once more: final answers must be the same, and what was never sent may try again.
  for (const request of sent.values()) scheduler.after(run.random.below(1_000), () => void front.pay(request))
  await scheduler.run(scheduler.now() + forMs)
  if (scenario.hazards.checkouts) {
    payAtLast({
      front,
      bigCommerce,
      rows,
      newKey,
      broken: witness.broken,
      hasTrueClocks: hasTrueClocks(scenario),
    })
    await scheduler.run(scheduler.now() + forMs)
  }
  if (witness.violation() === null) witness.finish(bigCommerce.orders)
  counts.charges = bigCommerce.orders.reduce((sum, { charges }) => sum + charges.length, 0)
  return {
    violation: witness.violation(),
    counts,
    turnsMax: scheduler.turnsMax,
    statuses: rows.attempts.map(({ status }) => status),
    sent: doubts.sent(),
    doubtsMs: doubts.lengthsMs(),
  }
}
