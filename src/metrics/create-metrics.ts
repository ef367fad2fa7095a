import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Outlook } from '../allowance/permit-store.ts'
import type { GateStanding } from '../clients/bigcommerce/management-gate.ts'
import type { ConnectionCounts, WatchConnections } from '../domain/connection-counts.ts'
import type { EventOutbox } from '../stores/event-outbox.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import {
  createHttpMetrics,
  createLedgerMetrics,
  createPhases,
  type MeasureLedger,
  type ObserveRequest,
} from './calls.ts'
import { createEventMetrics, type MeasureSending, showOutbox } from './event-metrics.ts'
import { showUnsettled } from './ledger-metrics.ts'
import {
  createPaymentMetrics,
  createPermitMetrics,
  type MeasurePermits,
  type PaymentMetrics,
  showAllowance,
} from './payment-metrics.ts'
import { createReconciliationMetrics, type MeasureReconciliation } from './reconciliation-metrics.ts'
import {
  createKnownMethods,
  createUpstreamMetrics,
  showGate,
  type UpstreamMetrics,
} from './upstream-metrics.ts'

/**
 * Everything that is counted, and the one page on which it is read (decision 0015).
 *
 * What is named after a part gives back the same part, measured: put it around the part where that is made. The part knows
 * nothing of it, and the order does not matter. What begins with `show` is read at each scrape.
 */
export interface Metrics extends UpstreamMetrics, PaymentMetrics {
  readonly ledger: MeasureLedger
  readonly permits: MeasurePermits
  readonly reconcileAttempt: MeasureReconciliation
  readonly sending: MeasureSending
  /** Fastify tells of requests itself, since no single function answers them. */
  readonly observeRequest: ObserveRequest
  show(standings: Standings): void
  showConnections(pool: 'database' | 'management'): WatchConnections
  /** Once for a process: these are its own, whatever else it does. */
  showProcess(process: ProcessFacts): void
  readonly contentType: string
  /** All metrics in Prometheus' text format. */
  scrape(): Promise<string>
}

/** How the parts stand at this moment. */
export interface Standings {
  readonly gate: () => GateStanding
  readonly permits: () => Promise<Outlook>
  readonly unsettled: Pick<UnsettledAttempts, 'count' | 'countUnaccounted'>
  /** null where no events are sent. */
  readonly outbox: EventOutbox['count'] | null
  readonly isReady: () => Promise<boolean>
}

export interface ProcessFacts {
  readonly version: string
  /** How many log lines could not be written. */
  readonly lostLogLines: () => number
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const observePhase = createPhases(registry)
  const methods = createKnownMethods()

  return {
    ...createPaymentMetrics(registry, methods),
    ...createUpstreamMetrics(registry, { observePhase, methods }),
    ledger: createLedgerMetrics(registry, observePhase),
    permits: createPermitMetrics(registry, observePhase),
    reconcileAttempt: createReconciliationMetrics(registry),
    sending: createEventMetrics(registry),
    observeRequest: createHttpMetrics(registry),
    show({ gate, permits, unsettled, outbox, isReady }) {
      showGate(registry, gate)
      showAllowance(registry, permits)
      showUnsettled(registry, unsettled)
      showOutbox(registry, outbox)
      showReady(registry, isReady)
    },
    showConnections: createConnectionGauge(registry),
    showProcess: (facts) => showProcess(registry, facts),
    contentType: registry.contentType,
    scrape: () => registry.metrics(),
  }
}

function showReady(registry: Registry, isReady: () => Promise<boolean>): void {
  new Gauge({
    name: 'tillgate_ready',
    help: 'Whether this instance takes payments.',
    registers: [registry],
    async collect() {
      this.set((await isReady()) ? 1 : 0)
    },
  })
}

/** SQLite has no connections, and shows none. */
function createConnectionGauge(registry: Registry): Metrics['showConnections'] {
  const pools = new Map<string, () => ConnectionCounts>()
  new Gauge({
    name: 'tillgate_connections',
    help: 'Connections of a pool: open, of these idle, and requests that wait for one.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, read] of pools) {
        for (const [state, count] of Object.entries(read())) this.set({ pool, state }, count)
      }
    },
  })
  return (pool) => (read) => void pools.set(pool, read)
}

/** What every Node process has: event loop, memory, garbage collection, CPU, file descriptors; and which version runs. */
function showProcess(registry: Registry, { version, lostLogLines }: ProcessFacts): void {
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'tillgate_build_info',
    help: 'Always 1; which version runs.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
  new Counter({
    name: 'tillgate_log_lines_lost_total',
    help: 'Log lines that could not be written to standard output.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(lostLogLines())
    },
  })
}
