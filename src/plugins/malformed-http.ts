import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_MEDIA_TYPE, Problem } from '../domain/problem.ts'
import type { ProblemCode } from '../domain/problems.ts'

/** Node's words for bytes that are no HTTP request; any other is a malformed one. */
const PROBLEM_OF_PARSER_CODE: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** The door by which bytes leave that never became a request: there is no reply, so the answer is written by hand. */
export function answerMalformedHttp(error: Error & { code?: string }, socket: Socket): void {
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
