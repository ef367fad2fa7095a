import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** For an API: no answer is a page, so a browser may load nothing for it. As helmet writes them, which a test compares. */
const HEADERS = Object.freeze({
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-site',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
})
/** As routes write them that set one of them themselves. */
const namesInAnswers = Object.keys(HEADERS).map((name) => name.toLowerCase())

/** A year, as browsers' preload lists require. */
const transportSecurity = 'max-age=31536000; includeSubDomains'

/** Says that a browser may load nothing for an answer, and keep none of it. */
async function securityHeaders(app: FastifyInstance) {
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.writeHead = writeHeadWithThem as ServerResponse['writeHead']
    reply.header('cache-control', 'no-store')
    // Only over TLS (RFC 6797 §7.2): on our own listener, or where a trusted proxy says so.
    if (request.protocol === 'https') reply.header('strict-transport-security', transportSecurity)
    done()
  })
}

/**
 * As Node's own, with these headers before all others. Node writes the headers of an answer straight down if they come as one
 * object; any that was set before costs that way.
 */
function writeHeadWithThem(
  this: ServerResponse,
  status: number,
  given: OutgoingHttpHeaders = {},
): ServerResponse {
  const isPlain = !namesInAnswers.some((name) => Object.hasOwn(given, name))
  if (!isPlain) for (const [name, value] of Object.entries(HEADERS)) this.setHeader(name, value)
  const { writeHead } = Object.getPrototypeOf(this) as ServerResponse
  return writeHead.call(this, status, isPlain ? { ...HEADERS, ...given } : given)
}

export const securityHeadersPlugin = fp(securityHeaders, { name: 'security-headers', fastify: '5.x' })
