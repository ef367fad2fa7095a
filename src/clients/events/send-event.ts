import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { buildConnector, Pool } from 'undici'
import type { Clock } from '../../domain/clock.ts'
import { eventSecretsIn } from '../../domain/event-secrets.ts'
import { isPrivateAddress } from '../../domain/private-address.ts'
import { reveal, type Sealed } from '../../domain/sealed.ts'

/** What came of one try. Nothing of what the receiver said is kept but the status. */
export type Delivery =
  | { readonly kind: 'delivered'; readonly status: number }
  | { readonly kind: 'failed'; readonly status: number | null; readonly why: string }
  /** The service stops: it was not waited for. */
  | { readonly kind: 'stopped' }

export interface EventSender {
  /** Sends an event once, and waits ten seconds for an answer at most. Never throws. */
  send(event: { readonly id: string; readonly body: string }, stopping?: AbortSignal): Promise<Delivery>
  close(): Promise<void>
}

export interface EventSenderOptions {
  readonly url: string
  /** What signs now. While one secret is replaced by another both do, so that a receiver may know either. */
  readonly secret: () => Sealed<string>
  readonly userAgent: string
  readonly now: Clock
  /** Sent at the same time; more would wait here, and their time run out. */
  readonly connectionsMax: number
  /** What finds the addresses of a name; the system's own, but for tests. */
  readonly lookUp?: typeof lookup
}

/** From dialling to the status line. */
const EVENT_TIMEOUT_MS = 10_000
/** What a receiver says beyond its status is not read; so much of it is taken that its connection ends in peace. */
const answerBytesMax = 64 * 1024
const answerEndsWithinMs = 1_000
const headerBytesMax = 64 * 1024
const acknowledged = (status: number) => status >= 200 && status < 300

/** By Standard Webhooks: id and body are the same at every try, timestamp and signature are new. */
export function createEventSender(options: EventSenderOptions): EventSender {
  const { secret, userAgent, now, connectionsMax, lookUp = lookup } = options
  const url = new URL(options.url)
  const pool = new Pool(url.origin, {
    connections: connectionsMax,
    // A connection for each event: one that hangs holds up no other, and none is lost because it was kept too long.
    pipelining: 0,
    maxHeaderSize: headerBytesMax,
    connect: buildConnector({
      allowH2: false,
      timeout: EVENT_TIMEOUT_MS,
      ...(url.protocol === 'http:' ? { lookup: onlyPrivate(lookUp) } : {}),
    }),
  })

  const signed = (id: string, body: string) => {
    const timestamp = new Date(now())
    const signatures = eventSecretsIn(reveal(secret())).map((one) =>
      new Webhook(one).sign(id, timestamp, body),
    )
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    }
  }

  return {
    async send({ id, body }, stopping) {
      const timeout = AbortSignal.timeout(EVENT_TIMEOUT_MS)
      try {
        // Redirects are not followed: an answer that is no 2xx is none.
        const { statusCode: status, body: said } = await pool.request({
          method: 'POST',
          path: `${url.pathname}${url.search}`,
          headers: { 'content-type': 'application/json', 'user-agent': userAgent, ...signed(id, body) },
          body,
          signal: stopping ? AbortSignal.any([timeout, stopping]) : timeout,
        })
        const ending = { limit: answerBytesMax, signal: AbortSignal.timeout(answerEndsWithinMs) }
        void said.dump(ending).catch(() => {})
        if (acknowledged(status)) return { kind: 'delivered', status }
        return { kind: 'failed', status, why: `answered ${status}` }
      } catch (error) {
        if (stopping?.aborted) return { kind: 'stopped' }
        if (timeout.aborted)
          return { kind: 'failed', status: null, why: `no answer within ${EVENT_TIMEOUT_MS / 1000} seconds` }
        return { kind: 'failed', status: null, why: `no answer (${codeOf(error)})` }
      }
    },
    // Those that are still open have been answered, or given up.
    close: () => pool.destroy(),
  }
}

const notPrivate = 'ERR_PUBLIC_ADDRESS'

/** Over plain HTTP an event is sent only within a private network, whatever its name leads to by now. */
const onlyPrivate =
  (lookUp: typeof lookup): LookupFunction =>
  (hostname, options, done) =>
    lookUp(hostname, options, (error, address: string | LookupAddress[], family) => {
      const found = Array.isArray(address) ? address : [{ address, family }]
      if (error || found.every((one) => isPrivateAddress(one.address))) done(error, address, family)
      else done(Object.assign(new Error('a public address'), { code: notPrivate }), address, family)
    })

/** Node's, OpenSSL's and undici's codes, and no other words. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === notPrivate) return 'http may be used only to a private address, and its name leads to another'
  return /^[A-Z][A-Z0-9_]{2,47}$/.test(code) ? code : 'the connection was lost'
}
