import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/**
 * One line for each request, with the fields named here and no others: no header, no body, no query, and of the
 * path only the route's template. The request's id goes out in a header, so that a caller can quote it.
 */
async function requestLogging(app: FastifyInstance) {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request answered',
    )
  })
}

export const requestLoggingPlugin = fp(requestLogging, { name: 'request-logging', fastify: '5.x' })
