import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { type FastifyHttpOptions, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { isCardNumber } from './domain/card-number.ts'
import { Problem } from './domain/problem.ts'
import { answerMalformedHttp } from './plugins/malformed-http.ts'
import { sendProblem } from './plugins/problem-details.ts'

/** A payment fits into two thousand characters. */
const bodyLimitBytes = 16 * 1024
/** A shopper's phone on a bad line needs seconds for one small body, an attacker would like minutes. */
const requestTimeoutMs = 15_000
/** Headers are one packet or two, and are waited for before anything is known of who sends them. */
const headersTimeoutMs = 10_000
/** How often Node looks for connections past their time; its own default of 30 s would triple the limit above. */
const connectionsCheckingIntervalMs = 1_000
/** Longer than the idle time of common load balancers (60 s), so that it is they who close. */
const keepAliveTimeoutMs = 65_000

const requestIdSyntax = /^[A-Za-z0-9._-]{8,64}$/

/** Options of Node's listener, the same with and without TLS. */
export const listenerOptions = {
  connectionsCheckingInterval: connectionsCheckingIntervalMs,
  headersTimeout: headersTimeoutMs,
  // plugins/request-shape.ts refuses a request without a host, in our words; Node's own answer has none.
  requireHostHeader: false,
}

/** All other options of the one Fastify instance, so that the tested application is the shipped one. */
export const serverOptions = {
  bodyLimit: bodyLimitBytes,
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: keepAliveTimeoutMs,
  forceCloseConnections: 'idle',
  // One line a request, by plugins/request-logging.ts.
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
  // Two of the five doors by which an error leaves (see plugins/problem-details.ts), and the third shut: while
  // closing, plugins/draining.ts answers.
  frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
    // No hook runs here: what plugins/security-headers.ts and plugins/request-logging.ts would have set.
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    })
    return sendProblem(new Problem('malformed_request'), request, reply)
  },
  clientErrorHandler: answerMalformedHttp,
  return503OnClosing: false,
  genReqId: requestIdOf,
} satisfies FastifyHttpOptions<Server>

/** The caller's own request id where it is harmless to log, else a new one. */
function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  const isHarmless = typeof given === 'string' && requestIdSyntax.test(given) && !isCardNumber(given)
  return isHarmless ? given : randomUUID()
}
