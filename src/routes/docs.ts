import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { exampleKey } from './orders/schemas.ts'

/** Replaced by a new nonce in each answer. */
const noncePlaceholder = 'nonce-of-this-answer'

/** Replaced by what finds the service from the page: the viewer resolves relative servers against the host alone. */
const addressPlaceholder = 'address-of-the-service'
const addressOfService = "new URL('.', location.href).href.replace(/\\/$/, '')"

/** In the page itself: the browser would ask for a file that does not exist. */
const icon =
  "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http:%2F%2Fwww.w3.org%2F2000%2Fsvg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%231f5f4a'/%3E%3Cpath d='M9 17l5 5 10-12' fill='none' stroke='%23fff' stroke-width='4'/%3E%3C/svg%3E\">"

/** The viewer's own colours of these are too pale to read, by WCAG 2.1 AA. */
const readableColours = `
  .light-mode { --scalar-color-3: #6b6b6b; --scalar-color-green: #00713f; --scalar-color-orange: #a85400; }
  .dark-mode { --scalar-color-3: #9a9a9a; }`

/**
 * The viewer sends the contract's example key with each try, which would be one payment tried again and again. Each try gets a key of
 * its own; a key that was typed is sent as it is.
 */
const freshKeys = `<script nonce="${noncePlaceholder}">
  const fetchAsIs = globalThis.fetch
  globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}))
    if (headers.get('idempotency-key') !== '${exampleKey}') return fetchAsIs(input, init)
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    headers.set('idempotency-key', [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''))
    return fetchAsIs(input, { ...init, headers })
  }
</script>`

/** A page to read the contract. It loads nothing from other hosts, and by relative references, for proxies that add a path prefix. */
export async function docsRoutes(app: FastifyInstance) {
  const page = once(startReference)
  const script = once(async () => {
    const { rawPayload: plain } = await (await page()).inject('/docs/js/scalar.js')
    return { plain, zipped: await promisify(gzip)(plain) }
  })

  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    const { body } = await (await page()).inject('/docs/')
    return reply
      .header('content-security-policy', policy(nonce))
      .type('text/html; charset=utf-8')
      .send(
        body
          .replace('</head>', `${icon}${freshKeys}</head>`)
          .replaceAll(noncePlaceholder, nonce)
          .replaceAll(`"${addressPlaceholder}"`, addressOfService)
          .replaceAll('js/scalar.js', 'docs/js/scalar.js')
          .replace('<html>', '<html lang="en">'),
      )
  })

  // Not the page itself: its relative references would lead elsewhere.
  app.get('/docs/', { schema: { hide: true } }, (_request, reply) => reply.redirect('../docs', 308))

  app.get('/docs/js/scalar.js', { schema: { hide: true } }, async (request, reply) => {
    const { plain, zipped } = await script()
    const takesGzip = /\bgzip\b(?!;\s*q=0(\.0*)?(,|$))/.test(request.headers['accept-encoding'] ?? '')
    if (takesGzip) reply.header('content-encoding', 'gzip')
    return reply
      .headers({ 'cache-control': 'public, max-age=3600', vary: 'accept-encoding' })
      .type('application/javascript; charset=utf-8')
      .send(takesGzip ? zipped : plain)
  })
}

/** Loading the viewer takes 35 MB and 140 ms, so a process loads it only when the page is asked for. */
async function startReference(): Promise<FastifyInstance> {
  const { default: apiReference } = await import('@scalar/fastify-api-reference')
  const inner = Fastify()
  await inner.register(apiReference, {
    routePrefix: '/docs',
    configuration: {
      url: 'openapi.json',
      servers: [{ url: addressPlaceholder }],
      pageTitle: 'Tillgate API',
      nonce: noncePlaceholder,
      withDefaultFonts: false,
      customCss: readableColours,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      // Shows the field for a caller token at once, for trying an operation.
      authentication: { preferredSecurityScheme: 'callerToken' },
    },
  })
  return inner
}

const policy = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The viewer writes its styles into the page as it runs.
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= work()
    return result
  }
}
