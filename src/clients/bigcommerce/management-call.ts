import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Renewable } from '../../config/renewable.ts'
import type { WatchConnections } from '../../domain/connection-counts.ts'
import { ORDER_ID_MAX } from '../../domain/order.ts'
import { Problem } from '../../domain/problem.ts'
import { reveal, type Sealed } from '../../domain/sealed.ts'
import type { Purpose, RequestContext } from '../../request-context.ts'
import { buildTolerantConnector, HEADER_BYTES_MAX } from '../odd-answers.ts'
import { createCollectAnswer, type Sending } from './collect-answer.ts'
import type { CallHeaders, UpstreamAnswer } from './exchange.ts'
import type { ManagementGate } from './management-gate.ts'
import { kindOf, MANAGEMENT_CONNECTIONS_MAX } from './quota.ts'

/*
 * How often a call on the management host is sent, and when:
 *
 * - A lost connection, a timeout or a 5xx is tried again after a short random pause, out of a budget that all calls share.
 * - 401: once more within the same try, if the store's token has been replaced meanwhile.
 * - 429: once more, after the pause that BigCommerce asks for, if that ends within the patience below.
 * - Any other answer is the answer.
 *
 * Each time, the call waits for its turn at the gate, which knows the quota. None of these calls moves money: a charge goes
 * by `payments-api.ts`, and once.
 */

/** A read: two failures in a row are rare, three are an outage. The PAT mint: the shopper is waiting for it. */
const TRIES_MAX = { GET: 3, POST: 2 } as const
/** The first pause is up to this long, each further one up to twice the one before (full jitter). */
const pauseBaseMs = 100
/** Each call adds this much to the budget, and each further try takes 1: a struggling upstream gets at most a tenth more traffic. */
const budgetPerCall = 0.1
/** The most that the budget may grow to in quiet times. */
const budgetMax = 10
/** After two 429s the call ends: more tries would only add to the load. */
const timesTurnedAwayMax = 2
/**
 * How long a call waits at the gate, all its tries together. A payment waits for two calls and for its permit, and clients
 * give up after half a minute. A client can ask for a list again, and a look is repeated anyway.
 */
const PATIENCE_MS: Readonly<Record<Purpose, number>> = { paying: 5_000, reading: 3_000, reconciling: 2_000 }
const connectTimeoutMs = 2_000
/** The whole exchange of one try: these calls answer in well under a second, and a shopper is waiting. */
const tryTimeoutMs = 5_000
/** The methods of a customer with many stored cards stay far below this. */
const answerBytesMax = 1024 * 1024

export interface ManagementHttp {
  /**
   * Calls the management host, again where that may help.
   *
   * @throws Problem `upstream_unavailable` when no answer came, `upstream_busy` when the gate could not let it through in time.
   */
  call(request: ManagementRequest, context: RequestContext): Promise<UpstreamAnswer>
  close(): Promise<void>
}

export interface ManagementRequest {
  readonly method: keyof typeof TRIES_MAX
  readonly path: string
  readonly body?: unknown
  /** Fewer tries than the method has by itself. */
  readonly triesMax?: number
}

export interface ManagementHttpOptions {
  /** Base of the management API, path included, e.g. https://api.bigcommerce.com/stores/abc */
  readonly url: string
  /** The store's token; renewed when BigCommerce refuses it, since its owner may have rotated it. */
  readonly accessToken: Renewable<Sealed<string>>
  readonly callHeaders: CallHeaders
  /** Without one every call is sent at once, and a 429 is an answer. */
  readonly gate?: ManagementGate
  readonly watchConnections?: WatchConnections
  /** Called with the status of each answer; if a second token was tried, only with that of the second. */
  readonly onAnswer?: (status: number) => void
}

export function createManagementHttp(options: ManagementHttpOptions): ManagementHttp {
  const url = new URL(options.url)
  const basePath = url.pathname.replace(/\/$/, '')
  const pool = new Pool(url.origin, {
    // Nothing queues behind the gate.
    connections: MANAGEMENT_CONNECTIONS_MAX,
    connect: buildTolerantConnector(connectTimeoutMs),
    allowH2: false,
    maxHeaderSize: HEADER_BYTES_MAX,
    maxResponseSize: answerBytesMax,
  })
  options.watchConnections?.(() => {
    const { connected: open, free: idle, queued: waiting } = pool.stats
    return { open, idle, waiting }
  })
  const collect = createCollectAnswer(pool, tryTimeoutMs)
  const retry = createRetry()

  async function tryOnce(request: ManagementRequest, context: RequestContext, passage: Passage) {
    const used = options.accessToken.current()
    let answer = await passage((sending) => send(request, context, used, sending))
    if (answer.status === 401) {
      options.accessToken.renew()
      const next = options.accessToken.current()
      if (next !== used) answer = await passage((sending) => send(request, context, next, sending))
    }
    options.onAnswer?.(answer.status)
    return answer
  }

  function send(
    { method, path, body }: ManagementRequest,
    context: RequestContext,
    accessToken: Sealed<string>,
    sending: Sending,
  ): Promise<UpstreamAnswer> {
    const headers = {
      ...options.callHeaders(context),
      accept: 'application/json',
      'x-auth-token': reveal(accessToken),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const sent = body === undefined ? null : JSON.stringify(body)
    return collect({ method, path: `${basePath}${path}`, headers, body: sent }, sending)
  }

  return {
    async call(request, context) {
      const passage = options.gate ? passageThrough(options.gate, context, kindOf(request)) : straightThrough
      try {
        const triesMax = request.triesMax ?? TRIES_MAX[request.method]
        return await retry(() => tryOnce(request, context, passage), triesMax)
      } catch (cause) {
        if (cause instanceof Problem) throw cause
        throw new Problem('upstream_unavailable', { cause })
      }
    },
    close: () => pool.close(),
  }
}

export type Retry = (attempt: () => Promise<UpstreamAnswer>, triesMax: number) => Promise<UpstreamAnswer>

/**
 * Tries again after a lost connection, a timeout or a 5xx. Not after a 429, which asks for fewer requests (`passageThrough` deals
 * with it), nor after a Problem, which we threw ourselves.
 */
export function createRetry(random: () => number = Math.random): Retry {
  let budget = budgetMax

  return async function retry(attempt, triesMax) {
    budget = Math.min(budgetMax, budget + budgetPerCall)
    for (let tried = 1; ; tried++) {
      const isLast = () => tried >= triesMax || budget < 1
      try {
        const answer = await attempt()
        if (answer.status < 500 || isLast()) return answer
      } catch (error) {
        if (error instanceof Problem || isLast()) throw error
      }
      budget -= 1
      await sleep(random() * pauseBaseMs * 2 ** (tried - 1))
    }
  }
}

/** How one call gets to the host, with all its tries. */
export type Passage = (send: (sending: Sending) => Promise<UpstreamAnswer>) => Promise<UpstreamAnswer>

const straightThrough: Passage = (send) => send({ giveUp() {} })

/**
 * Through the gate, and once more if BigCommerce answered 429.
 *
 * @throws Problem `upstream_busy` with the moment to come again, as soon as it is known that the call cannot be sent in time;
 *   `upstream_unavailable` where it hung and others needed its place.
 */
export function passageThrough(
  gate: ManagementGate,
  { purpose, caller, log }: Pick<RequestContext, 'purpose' | 'caller' | 'log'>,
  kind: string,
): Passage {
  const visit = gate.arrive({ purpose, caller, kind }, PATIENCE_MS[purpose])
  let timesTurnedAway = 0

  return async function passage(send) {
    while (timesTurnedAway < timesTurnedAwayMax) {
      const answer = await visit.pass(send)
      if (answer.status !== 429) return answer
      timesTurnedAway += 1
      log.warn({ forMs: Math.ceil(visit.heldForMs()) }, 'management call refused with 429')
    }
    throw visit.refusal()
  }
}

/** Whether BigCommerce takes the store's token, as far as its answers say. */
export interface StoreAccess {
  /** Takes note of the status of an answer on the management host. */
  note(status: number): void
  /**
   * Whether BigCommerce refuses the token. Asks BigCommerce where no answer has come yet, or where it refused the token last.
   * No answer is no refusal: an outage must not take every instance out of service.
   */
  isRefused(http: Pick<ManagementHttp, 'call'>): Promise<boolean>
}

/** An orchestrator takes a probe of more than a second for failed. If the answer comes later, the next probe gets it. */
const askMsMax = 500
/** A token that is refused is asked about no more often, since each question uses the store's quota. */
const askAgainMs = 10_000

export function createStoreAccess(options: {
  log: RequestContext['log']
  elapsed: () => number
}): StoreAccess {
  const { log, elapsed } = options
  let isRefused: boolean | null = null
  let askedAtMs = Number.NEGATIVE_INFINITY

  function note(status: number): void {
    const was = isRefused
    if (status === 401) isRefused = true
    else if (status < 500 && status !== 429) isRefused = false
    if (isRefused === true && was !== true) log.error({}, 'store token refused')
    if (isRefused === false && was === true) log.info({}, 'store token taken again')
  }

  async function ask({ call }: Pick<ManagementHttp, 'call'>): Promise<void> {
    // There is no such order, and 404 shows that the token is taken.
    const request = { method: 'GET', path: `/v2/orders/${ORDER_ID_MAX}`, triesMax: 1 } as const
    const [requestId, correlationId] = [randomUUID(), randomUUID()]
    const about = {
      requestId,
      correlationId,
      shopperAddress: null,
      caller: '',
      purpose: 'reconciling',
      log,
    } as const
    const asking = call(request, about).catch(() => {})
    await Promise.race([asking, sleep(askMsMax, undefined, { ref: false })])
  }

  return {
    note,
    async isRefused(http) {
      if (isRefused !== false && elapsed() - askedAtMs >= askAgainMs) {
        askedAtMs = elapsed()
        await ask(http)
      }
      return isRefused === true
    },
  }
}
