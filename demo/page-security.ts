import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/**
 * What a checkout page should send: it runs its own files only, talks to its own server and to the payments API,
 * is framed by nobody, and is kept by no cache. The one script within the page is its import map, known by its hash.
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

/** Pages cannot import a package by its name unless they say where it is, and only within themselves. */
function hashOfImportMap(page: string): string {
  const map = /<script type="importmap">([^<]*)<\/script>/.exec(page)?.[1] ?? ''
  return `'sha256-${createHash('sha256').update(map).digest('base64')}'`
}
