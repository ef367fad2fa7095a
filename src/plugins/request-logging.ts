import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { parseOrderId } from '../domain/order.ts'
import type { LogFields } from '../logging/log-entry.ts'
import type { ObserveRequest } from '../metrics/calls.ts'

export interface RequestLoggingOptions {
  readonly observeRequest: ObserveRequest
}

/**
 * One line for each request, with the fields named here and no others: no header, no body, no query, and of the
 * path only the route's template and the order. The request's id goes out in a header, so that a caller can quote it.
 *
 * Every line of a request names the order it is about, from here on also those that services write; so one grep for an
 * order finds all that happened to it.
 *
 * The metrics hear of each answered request too. Every unknown path is `none`, so that callers cannot create labels.
 */
async function requestLogging(app: FastifyInstance, { observeRequest }: RequestLoggingOptions) {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    const orderId = orderIdOf(request)
    if (orderId !== null) request.log = request.log.child({ orderId })
    done()
  })
  app.addHook('preSerialization', (request, _reply, body, done) => {
    const subject = subjectOf(body)
    if (subject) request.log = request.log.child(subject)
    done()
  })
  app.addHook('onResponse', (request, { statusCode: status, elapsedTime }, done) => {
    const { method, routeOptions } = request
    const route = routeOptions.url ?? 'none'
    const durationMs = Math.round(elapsedTime * 10) / 10
    request.log.info({ method, route, status, durationMs }, 'request answered')
    observeRequest({ method, route, status, durationMs: elapsedTime })
    done()
  })
}

export const requestLoggingPlugin = fp(requestLogging, { name: 'request-logging', fastify: '5.x' })

/** No card number is as short as an order's id, and the caller may have written anything there. */
function orderIdOf({ params, routeOptions }: FastifyRequest): number | null {
  if (!routeOptions.url?.startsWith('/orders/:id')) return null
  const { id } = params as { readonly id?: unknown }
  return typeof id === 'string' ? parseOrderId(id) : null
}

/** What an answer is about: its payment, and the problem's code. */
function subjectOf(body: unknown): LogFields | null {
  if (typeof body !== 'object' || body === null) return null
  const { code, payment_id: paymentId, data } = body as Readonly<Record<string, unknown>>
  if (typeof code === 'string') return paymentId === undefined ? { code } : { code, paymentId }
  return typeof data === 'object' && data !== null && 'id' in data ? { paymentId: data.id } : null
}

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'

/**
 * The log of one request, which adds the same fields to each line. It does what a child of the logger does, but cheaper: a child
 * serialises its fields when it is made, which costs more than the one line that most requests write.
 */
class RequestLog implements Record<Level, (given: unknown, ...rest: unknown[]) => void> {
  readonly #base: FastifyBaseLogger
  readonly #fields: object

  constructor(base: FastifyBaseLogger, fields: object) {
    this.#base = base
    this.#fields = fields
  }

  get level(): string {
    return this.#base.level
  }

  fatal(given: unknown, ...rest: unknown[]): void {
    this.#write('fatal', given, rest)
  }
  error(given: unknown, ...rest: unknown[]): void {
    this.#write('error', given, rest)
  }
  warn(given: unknown, ...rest: unknown[]): void {
    this.#write('warn', given, rest)
  }
  info(given: unknown, ...rest: unknown[]): void {
    this.#write('info', given, rest)
  }
  debug(given: unknown, ...rest: unknown[]): void {
    this.#write('debug', given, rest)
  }
  trace(given: unknown, ...rest: unknown[]): void {
    this.#write('trace', given, rest)
  }
  silent(): void {}

  child(fields: object): FastifyBaseLogger {
    return requestLog(this.#base, { ...this.#fields, ...fields })
  }

  /** With the fields of a line first, or with its message alone, as any logger is called. */
  #write(level: Level, given: unknown, rest: unknown[]): void {
    if (typeof given !== 'object' || given === null) this.#base[level](this.#fields, String(given))
    else if (given instanceof Error) this.#base[level]({ ...this.#fields, err: given }, rest[0] as string)
    else this.#base[level]({ ...this.#fields, ...given }, rest[0] as string)
  }
}

/** @param fields of each line, before those of the line itself. */
export const requestLog = (base: FastifyBaseLogger, fields: object): FastifyBaseLogger =>
  new RequestLog(base, fields) as unknown as FastifyBaseLogger
