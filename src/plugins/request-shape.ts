import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Problem } from '../domain/problem.ts'

/**
 * Refuses what Node's parser lets through and a proxy in front may read differently: that difference is what request
 * smuggling is made of (RFC 9112 §11.2). The connection ends, since nobody knows where the next request would begin.
 */
async function requestShape(app: FastifyInstance) {
  app.addHook('onRequest', async (request, reply) => {
    if (isPlain(request)) return
    reply.header('connection', 'close')
    throw new Problem('malformed_request')
  })
}

function isPlain({ raw }: FastifyRequest): boolean {
  const host = linesOf(raw, 'host')
  const transferEncoding = linesOf(raw, 'transfer-encoding')
  const hosts = host.length === 1 || (raw.httpVersion === '1.0' && host.length === 0)
  const isChunked =
    transferEncoding.length === 0 ||
    (transferEncoding.length === 1 && transferEncoding[0]?.toLowerCase() === 'chunked')
  return hosts && isChunked && (raw.httpVersion === '1.1' || raw.httpVersion === '1.0')
}

/** As they came: requests that are injected have no `headersDistinct`. */
const linesOf = ({ rawHeaders }: FastifyRequest['raw'], name: string) =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)

export const requestShapePlugin = fp(requestShape, {
  name: 'request-shape',
  dependencies: ['problem-details'],
  fastify: '5.x',
})
