import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import {
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { TlsMaterial } from './config/tls.ts'
import { holdsCardNumber } from './domain/card-number.ts'
import { PROBLEM_MEDIA_TYPE, Problem } from './domain/problem.ts'
import type { ProblemCode } from './domain/problems.ts'
import { sendProblem } from './plugins/problem-details.ts'
import { requestLog } from './plugins/request-logging.ts'

/** An import by name would read all that the module offers, and with it load Node's own fetch: 20 ms of each start, and 3 MB. */
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** The largest payment has about two thousand characters. */
const bodyLimitBytes = 16 * 1024
/** As much as fits into a request line: a route says itself what is wrong with a long id, in its own words. */
const maxParamLength = 16 * 1024
/** For a whole request. A phone on a bad line needs seconds to send its small body; an attacker would take minutes. */
const requestTimeoutMs = 15_000
/** Headers are one packet or two, and waiting for them costs a connection of an unknown client. */
const headersTimeoutMs = 10_000
/** How often Node looks for connections past these limits. Its default of 30 s would triple them. */
const connectionsCheckingIntervalMs = 1_000
/** Longer than the idle time of common load balancers (60 s): the side that sends requests should close first. */
const keepAliveTimeoutMs = 65_000

const requestIdSyntax = /^[A-Za-z0-9._-]{8,64}$/

/** Options of Node's listener, the same with and without TLS. */
export const listenerOptions = {
  connectionsCheckingInterval: connectionsCheckingIntervalMs,
  headersTimeout: headersTimeoutMs,
  // plugins/receiving.ts refuses a request without a host as a problem; Node's own answer has no body.
  requireHostHeader: false,
}

/** A handshake is a few packets. A client that needs longer only holds a connection. */
const handshakeTimeoutMs = 10_000

/**
 * TLS 1.3's suites; of TLS 1.2 only those with forward secrecy (ECDHE) and authenticated encryption (RFC 9325 §4.2). Node's default
 * also takes static RSA, CBC and SHA-1.
 */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':')

/** The part that may be replaced while the listener is open. PCI DSS 4.2.1: nothing older than TLS 1.2. */
export const secureContextOf = (material: TlsMaterial): SecureContextOptions => ({
  cert: material.certificate,
  key: material.privateKey,
  ...(material.clientAuthority === null ? {} : { ca: material.clientAuthority }),
  minVersion: 'TLSv1.2',
  ciphers,
})

/** TLS options of the listener. With a CA for clients, a client needs a certificate from it. */
export const tlsOptionsOf = (material: TlsMaterial): TlsOptions => ({
  ...secureContextOf(material),
  requestCert: material.clientAuthority !== null,
  rejectUnauthorized: true,
  handshakeTimeout: handshakeTimeoutMs,
})

/** Options of both Fastify instances, in tests as in production. */
export const serverOptions = {
  bodyLimit: bodyLimitBytes,
  routerOptions: { maxParamLength },
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: keepAliveTimeoutMs,
  forceCloseConnections: 'idle',
  // plugins/request-logging.ts writes one line a request.
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
  // Errors leave by five doors (plugins/problem-details.ts). These are two of them; the third is shut, because
  // plugins/admission.ts answers while the process closes.
  frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
    // No hook runs here, so these are set as plugins/security-headers.ts and plugins/request-logging.ts would.
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    })
    return sendProblem(new Problem('malformed_request'), request, reply)
  },
  clientErrorHandler: answerMalformedHttp,
  return503OnClosing: false,
  childLoggerFactory: requestLog,
  genReqId: requestIdOf,
} satisfies FastifyHttpOptions<Server>

/** The caller's own request id if it is harmless to log, else a new one. */
function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  const isHarmless = typeof given === 'string' && requestIdSyntax.test(given) && !holdsCardNumber(given)
  return isHarmless ? given : randomUUID()
}

/** Node's codes for bytes that are no HTTP request. All others are malformed requests. */
const PROBLEM_OF_PARSER_CODE: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** Answers bytes that never became a request. There is no reply object for them, so the answer is written by hand. */
function answerMalformedHttp(this: unknown, error: Error & { code?: string }, socket: Socket): void {
  // After a failed handshake the client could not read an answer.
  if (!socket.writable || error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL') === true) {
    socket.destroy()
    return
  }
  const problem = new Problem(PROBLEM_OF_PARSER_CODE[error.code ?? ''] ?? 'malformed_request')
  const requestId = randomUUID()
  const body = JSON.stringify(problem.toBody(requestId, (this as FastifyInstance).problemTypeBase))
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
