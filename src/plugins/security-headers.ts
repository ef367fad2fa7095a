import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** A year, as browsers' preload lists require. */
const transportSecurity = 'max-age=31536000; includeSubDomains'

/** For an API: no answer is a page, so a browser may load nothing for it and keep none of it. */
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
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store')
    // Only over TLS (RFC 6797 §7.2): on our own listener, or where a trusted proxy says so.
    if (request.protocol === 'https') reply.header('strict-transport-security', transportSecurity)
    done()
  })
}

export const securityHeadersPlugin = fp(securityHeaders, { name: 'security-headers', fastify: '5.x' })
