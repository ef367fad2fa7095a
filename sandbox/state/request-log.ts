import type { IncomingHttpHeaders } from 'node:http'
import { decodeJwt } from 'jose'

const REMEMBERED_REQUESTS = 10_000

export type RecordedRequest = {
  readonly host: 'management' | 'payments'
  readonly method: string
  readonly path: string
  readonly at: number
  readonly headers: Readonly<Record<string, string>>
  /** The status of the answer; null until there is one. */
  status: number | null
}

export type RequestLog = ReturnType<typeof createRequestLog>

/** Never holds a body. A credential is recorded as sent, without its value; a PAT by its jti. */
export function createRequestLog({ now }: { now: () => number }) {
  const requests: RecordedRequest[] = []

  return {
    add(
      request: Omit<RecordedRequest, 'at' | 'headers' | 'status'> & { headers: IncomingHttpHeaders },
    ): RecordedRequest {
      const recorded = { ...request, at: now(), headers: withoutSecrets(request.headers), status: null }
      requests.push(recorded)
      if (requests.length > REMEMBERED_REQUESTS) requests.shift()
      return recorded
    },
    list: (): RecordedRequest[] => [...requests],
  }
}

function withoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, visible(name, String(value))]),
  )
}

function visible(name: string, value: string): string {
  if (name === 'authorization') return describeAuthorization(value)
  return name === 'x-auth-token' || name === 'x-bc-trusted-proxy-secret' ? '[sent]' : value
}

function describeAuthorization(value: string): string {
  const [scheme, token] = value.split(' ')
  try {
    return `${scheme} jti:${decodeJwt(token ?? '').jti}`
  } catch {
    return `${scheme} [unreadable]`
  }
}

/** Things that no client may ever do. Tests can demand that there are none. */
export type Violation = {
  readonly host: 'management' | 'payments'
  readonly what: string
  readonly path: string
  readonly at: number
}

export function createViolations({ now }: { now: () => number }) {
  const violations: Violation[] = []

  return {
    add(violation: Omit<Violation, 'at'>): void {
      violations.push({ ...violation, at: now() })
    },
    list: (): Violation[] => [...violations],
  }
}
