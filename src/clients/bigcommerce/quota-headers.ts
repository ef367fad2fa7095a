import type { UpstreamAnswer } from './answer.ts'
import type { QuotaReading } from './quota.ts'
import { quotaReadingOf } from './quota-reading.ts'

/** What an answer of the management host says of its quota; null when it says nothing that can be gone by. */
export const readQuotaHeaders = ({ headers }: UpstreamAnswer): QuotaReading | null =>
  quotaReadingOf({
    limit: numberIn(headers['x-rate-limit-requests-quota']),
    left: numberIn(headers['x-rate-limit-requests-left']),
    windowMs: numberIn(headers['x-rate-limit-time-window-ms']),
    resetMs: numberIn(headers['x-rate-limit-time-reset-ms']),
  })

/** A header that is there and empty says nothing, rather than zero. */
const numberIn = (header: string | string[] | undefined): number =>
  typeof header === 'string' && /^\d/.test(header) ? Number(header) : Number.NaN
