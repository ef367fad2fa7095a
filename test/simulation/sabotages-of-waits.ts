import { onLedger } from './sabotage-parts.ts'
import type { FaultOfThePast } from './sabotages-of-the-past.ts'

/** What a service may get wrong that lets clients wait for the end of a payment. */
export const FAULTS_OF_WAITS: Readonly<Record<string, FaultOfThePast>> = {
  'tells those who wait only when their time is over': {
    breaks: 'wait:',
    always: ['waits'],
    plant: onLedger(() => ({ findEnded: async () => [] })),
  },
  'takes what is pending for an end': {
    breaks: 'wait:',
    always: ['waits'],
    plant: onLedger(() => ({ findEnded: async (ids) => [...ids] })),
  },
}
