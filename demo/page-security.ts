import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/**
 * The headers of a checkout page: it runs only its own files, talks only to its own server and the payments API, and
 * cannot be framed or cached. Its one inline script is the import map, allowed by its hash.
 */
export function addPageSecurity(app: FastifyInstance, apiUrl: string, page: string): void {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${hashOfImportMap(page)}`,
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${apiUrl}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    })
  })
}

/** The import map tells the browser where the packages are. It must be inline. */
function hashOfImportMap(page: string): string {
  const map = /<script type="importmap">([^<]*)<\/script>/.exec(page)?.[1] ?? ''
  return `'sha256-${createHash('sha256').update(map).digest('base64')}'`
}
