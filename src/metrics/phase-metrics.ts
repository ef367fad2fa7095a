import type { Registry } from 'prom-client'
import { createDurations } from './durations.ts'

/** Where the time of a payment goes: waiting for a permit, making the PAT, the charge itself, the ledger's writes. */
export type Phase = 'queue' | 'pat' | 'charge' | 'store'

// biome-ignore lint/suspicious/noExplicitAny: any function that takes its time, whatever its arguments
type Work = (...args: any[]) => Promise<unknown>

export interface PhaseMetrics {
  /** The same function, each of whose calls is timed, whether it succeeds or not. */
  timed<W extends Work>(phase: Phase, work: W): W
}

export function createPhaseMetrics(registry: Registry): PhaseMetrics {
  const durations = createDurations(registry, {
    name: 'tillgate_payment_phase_duration_seconds',
    help: 'Time spent in one step of a payment.',
    labelNames: ['phase'],
  })

  return {
    timed(phase, work) {
      const inPhase = durations.labels({ phase })
      const timed = (...args: unknown[]) => {
        const stop = inPhase.startTimer()
        return work(...args).finally(stop)
      }
      return timed as typeof work
    },
  }
}
