import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import { type FastifyHttpOptions, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { TlsMaterial } from './config/tls.ts'
import { isCardNumber } from './domain/card-number.ts'
import { PROBLEM_MEDIA_TYPE, Problem } from './domain/problem.ts'
import type { ProblemCode } from './domain/problems.ts'
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

/** A handshake is a few packets. A client that needs longer only holds a connection. */
const handshakeTimeoutMs = 10_000

/** What may be replaced while the listener is open. PCI DSS 4.2.1: nothing older than TLS 1.2. */
export const secureContextOf = (material: TlsMaterial): SecureContextOptions => ({
  cert: material.certificate,
  key: material.privateKey,
  ...(material.clientAuthority === null ? {} : { ca: material.clientAuthority }),
  minVersion: 'TLSv1.2',
})

/** The listener's own options: with an authority for clients, none gets in without a certificate of its making. */
export const tlsOptionsOf = (material: TlsMaterial): TlsOptions => ({
  ...secureContextOf(material),
  requestCert: material.clientAuthority !== null,
  rejectUnauthorized: true,
  handshakeTimeout: handshakeTimeoutMs,
})

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

/** Node's words for bytes that are no HTTP request; any other is a malformed one. */
const PROBLEM_OF_PARSER_CODE: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** Answers bytes that never became a request. There is no reply object for them, so the answer is written by hand. */
function answerMalformedHttp(error: Error & { code?: string }, socket: Socket): void {
  // A handshake that failed leaves no channel in which an answer could be read.
  if (!socket.writable || error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL') === true) {
    socket.destroy()
    return
  }
  const problem = new Problem(PROBLEM_OF_PARSER_CODE[error.code ?? ''] ?? 'malformed_request')
  const requestId = randomUUID()
  const body = JSON.stringify(problem.toBody(requestId))
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${requestId}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
