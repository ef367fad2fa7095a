import type { Sandbox } from '../../sandbox/start-sandbox.ts'

/** A request to charge that arrived at the payments host. */
export interface ChargeRequest {
  readonly atMs: number
  readonly correlationId: string
  readonly tokenId: string
  /** With 429: nothing was charged, and the same attempt may be sent again. */
  readonly isTurnedAway: boolean
}

export interface ChargeRequests {
  /** Takes over what has come in; the sandbox remembers only the last ten thousand requests. */
  collect(): void
  list(): readonly ChargeRequest[]
}

/** Links what was charged to the attempt that sent it: the PAT's id is with both, the correlation id with this. */
export function watchChargeRequests(sandbox: Sandbox): ChargeRequests {
  const seen = new WeakSet<object>()
  const requests: ChargeRequest[] = []
  return {
    collect() {
      for (const request of sandbox.requests()) {
        if (seen.has(request)) continue
        seen.add(request)
        if (request.host !== 'payments' || request.method !== 'POST') continue
        requests.push({
          atMs: request.at,
          correlationId: request.headers['x-correlation-id'] ?? '',
          tokenId: request.headers.authorization?.replace('PAT jti:', '') ?? '',
          get isTurnedAway() {
            return request.status === 429
          },
        })
      }
    },
    list: () => requests,
  }
}
