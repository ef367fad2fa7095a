import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Problem } from '../domain/problem.ts'

/**
 * Refuses requests that Node's parser accepts but a proxy in front may read differently, because request smuggling lives
 * on that difference (RFC 9112 §11.2). Closes the connection, since it is unclear where the next request begins.
 */
async function requestShape(app: FastifyInstance) {
  app.addHook('onRequest', async (request, reply) => {
    if (isPlain(request)) return
    reply.header('connection', 'close')
    throw new Problem('malformed_request')
  })
}

function isPlain(request: FastifyRequest): boolean {
  const { raw } = request
  const host = headerLines(request, 'host')
  const transferEncoding = headerLines(request, 'transfer-encoding')
  const hosts = host.length === 1 || (raw.httpVersion === '1.0' && host.length === 0)
  const isChunked =
    transferEncoding.length === 0 ||
    (transferEncoding.length === 1 && transferEncoding[0]?.toLowerCase() === 'chunked')
  return hosts && isChunked && (raw.httpVersion === '1.1' || raw.httpVersion === '1.0')
}

/**
 * The values of a header, one for each line. `request.headers` has joined them, or dropped all but one.
 * (`headersDistinct` is missing where a test injects the request.)
 */
export const headerLines = ({ raw: { rawHeaders } }: FastifyRequest, name: string): string[] =>
  rawHeaders.filter((_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)

export const requestShapePlugin = fp(requestShape, {
  name: 'request-shape',
  dependencies: ['problem-details'],
  fastify: '5.x',
})
