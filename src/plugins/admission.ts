import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Problem } from '../domain/problem.ts'
import { hasBody, RECEIVING_BOUNDS, type ReceivingBounds } from './receiving.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Counts as a payment, which has places of its own. Other requests share the rest. */
    isPayment?: boolean
    /** Answered even under overload: without an answer an orchestrator would restart an instance that is only busy. */
    isNeverShed?: boolean
  }
  interface FastifyRequest {
    /** Only of requests that were let in. */
    visit: Visit | null
  }
}

export interface LoadBounds extends ReceivingBounds {
  /**
   * Payments in progress at once, some ten kilobytes each. At the store's allowance of 12.5 a second, 1,000 is what a
   * minute of unanswered charges leaves behind, with those that wait for a permit.
   */
  readonly paymentsMax: number
  /**
   * Other requests in progress at once. Sixteen connections to BigCommerce answer some 160 reads a second, so 250 of
   * them wait for less than two seconds. A flood of reads takes no payment's place.
   */
  readonly requestsMax: number
  /** On average over a second. Past it every answer is late, and each new request makes all of them later. */
  readonly eventLoopDelayMsMax: number
  /** Given instead of measured, so that tests need not block the process. */
  readonly eventLoopDelayMs?: () => number
}

export const LOAD_BOUNDS: LoadBounds = {
  paymentsMax: 1_000,
  requestsMax: 250,
  eventLoopDelayMsMax: 500,
  ...RECEIVING_BOUNDS,
}

/** Overload passes within seconds; clients that come back sooner would prolong it. */
const comeBackSeconds = 2

/** A request that was let in, until its work is done and its connection is closed or free. */
interface Visit {
  readonly kind: 'payments' | 'requests'
  /** How many there are of each kind, itself included. */
  readonly running: { payments: number; requests: number }
  isWorkedOn: boolean
  isClosed: boolean
  isOver: boolean
}

/**
 * For work that costs next to nothing, such as waiting. Meanwhile the request gives up its place; afterwards it takes one again, even
 * if that exceeds the bound.
 */
export async function stepAside<Value>(
  { visit }: FastifyRequest,
  work: () => Promise<Value>,
): Promise<Value> {
  if (!visit) return work()
  visit.running[visit.kind] -= 1
  try {
    return await work()
  } finally {
    visit.running[visit.kind] += 1
  }
}

/**
 * Refuses at once what could only be answered late, so that admitted requests stay fast and memory stays bounded. It
 * comes before everything that costs anything.
 */
async function loadShedding(app: FastifyInstance, bounds: LoadBounds) {
  const delayMs = bounds.eventLoopDelayMs ?? measured(app)
  const running = { payments: 0, requests: 0 }
  const max = { payments: bounds.paymentsMax, requests: bounds.requestsMax }
  app.decorateRequest('visit', null)

  function refuseOverload(kind: Visit['kind']): void {
    if (running[kind] >= max[kind] || delayMs() > bounds.eventLoopDelayMsMax) {
      throw new Problem('overloaded', { retryAfterSeconds: comeBackSeconds })
    }
  }

  function enter(request: FastifyRequest, reply: FastifyReply, kind: Visit['kind']): void {
    running[kind] += 1
    const visit: Visit = { kind, running, isWorkedOn: false, isClosed: reply.raw.destroyed, isOver: false }
    request.visit = visit
    reply.raw.once('close', () => {
      visit.isClosed = true
      endIfOver(visit)
    })
  }

  function endIfOver(visit: Visit): void {
    if (!visit.isClosed || visit.isWorkedOn || visit.isOver) return
    visit.isOver = true
    running[visit.kind] -= 1
  }

  function setWorkedOn({ visit }: FastifyRequest, isWorkedOn: boolean): void {
    if (!visit) return
    visit.isWorkedOn = isWorkedOn
    endIfOver(visit)
  }

  app.addHook('onRequest', (request, reply, done) => {
    const { config } = request.routeOptions
    if (!config.isNeverShed) {
      const kind = kindOf(config)
      refuseOverload(kind)
      if (!hasBody(request)) enter(request, reply, kind)
    }
    done()
  })
  // A request takes its place only when its body has arrived, so a body that never comes keeps no other request out.
  app.addHook('preValidation', (request, reply, done) => {
    const { config } = request.routeOptions
    if (!config.isNeverShed && hasBody(request)) {
      const kind = kindOf(config)
      refuseOverload(kind)
      enter(request, reply, kind)
    }
    done()
  })
  // A payment goes on when its client goes away, so the end of the connection does not free its place.
  app.addHook('preHandler', (request, _reply, done) => {
    setWorkedOn(request, true)
    done()
  })
  app.addHook('onSend', (request, _reply, _payload, done) => {
    setWorkedOn(request, false)
    done()
  })
}

const kindOf = ({ isPayment }: FastifyContextConfig): Visit['kind'] => (isPayment ? 'payments' : 'requests')

function measured(app: FastifyInstance): () => number {
  const delay = watchEventLoopDelay()
  app.addHook('onClose', async () => delay.stop())
  return delay.milliseconds
}

export const loadSheddingPlugin = fp(loadShedding, {
  name: 'load-shedding',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

/** How far the process is with shutting down. */
export interface Shutdown {
  /** It keeps no connection, but takes requests as before. */
  readonly isLeaving: boolean
  /** It takes no new requests either. */
  readonly isDraining: boolean
}

export interface DrainingOptions {
  readonly shutdown: Pick<Shutdown, 'isDraining'>
}

/**
 * While the process drains, open connections may still bring requests. They are refused with a problem; Fastify itself
 * would answer with a plain 503 (`return503OnClosing`).
 */
async function draining(app: FastifyInstance, { shutdown }: DrainingOptions) {
  app.addHook('onRequest', (_request, _reply, done) => {
    if (shutdown.isDraining) throw new Problem('shutting_down')
    done()
  })
}

export const drainingPlugin = fp(draining, {
  name: 'draining',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

export interface ClosingConnectionsOptions {
  readonly shutdown: Pick<Shutdown, 'isLeaving'>
}

/**
 * From the signal to stop on, each answer closes its connection. One that is kept alive would delay the end of the process, or
 * be closed just as its client sends the next request.
 */
async function closingConnections(app: FastifyInstance, { shutdown }: ClosingConnectionsOptions) {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (shutdown.isLeaving) reply.header('connection', 'close')
    done()
  })
}

export const closingConnectionsPlugin = fp(closingConnections, {
  name: 'closing-connections',
  fastify: '5.x',
})

interface EventLoopDelay {
  /** How late timers fired on average over the last period, in milliseconds. */
  milliseconds(): number
  stop(): void
}

/** How often Node's timer fires. What it measures includes this interval. */
const resolutionMs = 20
/** Long enough that one slow request does not count as overload, short enough to react before clients give up. */
const periodMs = 1_000

/** Measures how late the process is with its work. Costs one timer, and nothing per request. */
export function watchEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  let latestMs = 0
  const timer = setInterval(() => {
    // A period without a single measurement was one long stall.
    latestMs = histogram.count === 0 ? periodMs : Math.max(0, histogram.mean / 1e6 - resolutionMs)
    histogram.reset()
  }, periodMs)
  timer.unref()
  histogram.enable()
  return {
    milliseconds: () => latestMs,
    stop() {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
