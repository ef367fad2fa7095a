import type { Registry } from 'prom-client'
import { createDurations } from './durations.ts'

/** One answered request; of its path only the route's template. */
export interface AnsweredRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export type ObserveRequest = (request: AnsweredRequest) => void

export function createHttpMetrics(registry: Registry): ObserveRequest {
  const durations = createDurations(registry, {
    name: 'tillgate_http_request_duration_seconds',
    help: 'Requests answered on the public listener.',
    labelNames: ['method', 'route', 'status_class'],
  })
  return ({ method, route, status, durationMs }) =>
    durations.observe({ method, route, status_class: `${Math.floor(status / 100)}xx` }, durationMs / 1_000)
}
