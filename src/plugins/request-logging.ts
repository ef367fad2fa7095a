import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/**
 * Logs one line for each request, with these fields only: no header, no body, no query, and the route's template in place
 * of the path. The request's id goes out in a header, so that callers can quote it.
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
