import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** A year, as browsers' own lists ask for. */
const transportSecurity = 'max-age=31536000; includeSubDomains'

/** For an API: nothing it answers is a page, so a browser may load nothing on its account and keep nothing. */
async function securityHeaders(app: FastifyInstance) {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    // Only where TLS is: by its own listener, or by a proxy that is trusted to say so (RFC 6797 §7.2).
    if (request.protocol === 'https') reply.header('strict-transport-security', transportSecurity)
  })
}

export const securityHeadersPlugin = fp(securityHeaders, { name: 'security-headers', fastify: '5.x' })
