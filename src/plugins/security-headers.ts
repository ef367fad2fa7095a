import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** For an API: no answer is a page, so a browser may load nothing for it. As helmet writes them, which a test compares. */
const HEADERS: readonly (readonly [name: string, value: string])[] = Object.freeze([
  ['Content-Security-Policy', "default-src 'none';frame-ancestors 'none'"],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-site'],
  ['Origin-Agent-Cluster', '?1'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-DNS-Prefetch-Control', 'off'],
  ['X-Download-Options', 'noopen'],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['X-Permitted-Cross-Domain-Policies', 'none'],
  ['X-XSS-Protection', '0'],
])

/** A year, as browsers' preload lists require. */
const transportSecurity = 'max-age=31536000; includeSubDomains'

/** Says that a browser may load nothing for an answer, and keep none of it. */
async function securityHeaders(app: FastifyInstance) {
  app.addHook('onRequest', (request, reply, done) => {
    for (const [name, value] of HEADERS) reply.raw.setHeader(name, value)
    reply.header('cache-control', 'no-store')
    // Only over TLS (RFC 6797 §7.2): on our own listener, or where a trusted proxy says so.
    if (request.protocol === 'https') reply.header('strict-transport-security', transportSecurity)
    done()
  })
}

export const securityHeadersPlugin = fp(securityHeaders, { name: 'security-headers', fastify: '5.x' })
