import { Pool } from 'undici'
import type { Renewable } from '../../config/renewable.ts'
import type { WatchConnections } from '../../domain/connection-counts.ts'
import { Problem } from '../../domain/problem.ts'
import type { RequestContext } from '../../domain/request-context.ts'
import { reveal, type Sealed } from '../../domain/sealed.ts'
import { readAnswer, type UpstreamAnswer } from './answer.ts'
import type { ManagementGate, Passage } from './management-gate.ts'
import { MANAGEMENT_CALLS_MAX } from './quota.ts'
import { createRetry } from './retry.ts'
import type { ShopperHeaders } from './shopper-headers.ts'

export interface ManagementHttp {
  /**
   * Calls the management host, again where that is safe.
   *
   * @throws Problem `upstream_unavailable` when no answer came, `upstream_busy` when the gate could not let it through in time.
   */
  call(request: ManagementRequest, context: RequestContext): Promise<UpstreamAnswer>
  close(): Promise<void>
}

export interface ManagementRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  /** How often to try. Only calls that move no money come here. */
  readonly triesMax: number
}

export interface ManagementHttpOptions {
  /** Base of the management API, path included, e.g. https://api.bigcommerce.com/stores/abc */
  readonly url: string
  /** The store's token; renewed when BigCommerce refuses it, since its owner may have rotated it. */
  readonly accessToken: Renewable<Sealed<string>>
  readonly userAgent: string
  readonly shopperHeaders: ShopperHeaders
  /** Without one every call is sent at once, and a 429 is an answer. */
  readonly gate?: ManagementGate
  readonly watchConnections?: WatchConnections
}

const connectTimeoutMs = 2_000
/** Whole exchange of one try: these reads answer in well under a second, and a shopper is waiting. */
const tryTimeoutMs = 5_000
/** The methods of a customer with many stored cards stay far below this. */
const answerBytesMax = 1024 * 1024

const straightThrough: Passage = (send) => send()

export function createManagementHttp(options: ManagementHttpOptions): ManagementHttp {
  const url = new URL(options.url)
  const pool = new Pool(url.origin, {
    // Nothing queues behind the gate.
    connections: MANAGEMENT_CALLS_MAX,
    connect: { timeout: connectTimeoutMs },
    allowH2: false,
    maxResponseSize: answerBytesMax,
  })
  options.watchConnections?.(() => {
    const { connected: open, free: idle, queued: waiting } = pool.stats
    return { open, idle, waiting }
  })
  const retry = createRetry()

  /** Refused with 401, the call is made again where the token proves to be another by now. No call here moves money. */
  async function tryOnce(request: ManagementRequest, context: RequestContext, passage: Passage) {
    const used = options.accessToken.current()
    const answer = await passage(() => send(request, context, used))
    if (answer.status !== 401) return answer
    options.accessToken.renew()
    const next = options.accessToken.current()
    return next === used ? answer : passage(() => send(request, context, next))
  }

  async function send(
    { method, path, body }: ManagementRequest,
    context: RequestContext,
    accessToken: Sealed<string>,
  ) {
    const response = await pool.request({
      method,
      path: `${url.pathname.replace(/\/$/, '')}${path}`,
      headers: {
        accept: 'application/json',
        'x-auth-token': reveal(accessToken),
        'user-agent': options.userAgent,
        'x-correlation-id': context.correlationId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.shopperHeaders(context.shopperAddress),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(tryTimeoutMs),
    })
    return readAnswer(response)
  }

  return {
    async call(request, context) {
      const passage = options.gate?.arrive(context) ?? straightThrough
      try {
        return await retry(() => tryOnce(request, context, passage), request.triesMax)
      } catch (cause) {
        if (cause instanceof Problem) throw cause
        throw new Problem('upstream_unavailable', { cause })
      }
    },
    close: () => pool.close(),
  }
}
