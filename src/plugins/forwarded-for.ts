import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** One warning tells as much as a thousand. */
const warnEveryMs = 60_000

/**
 * Makes addresses of what trusted proxies write into X-Forwarded-For. Some add a port, brackets or quotes, and then
 * `request.ip` would be another client with each connection. Where the entry that decides is no address at all, the
 * address is that of the proxy that wrote it.
 */
async function forwardedFor(app: FastifyInstance) {
  let warnedAtMs = Number.NEGATIVE_INFINITY
  app.addHook('onRequest', async (request) => {
    const { headers } = request.raw
    const line = headers['x-forwarded-for']
    if (typeof line !== 'string') return
    const entries = line.split(',').map(addressIn)
    headers['x-forwarded-for'] = entries.join(', ')
    // Fastify goes from right to left, to the first entry that is no trusted proxy.
    if (isIP(request.ip) !== 0) return
    const odd = entries.findLastIndex((entry) => isIP(entry) === 0)
    headers['x-forwarded-for'] = entries.slice(odd + 1).join(', ')
    if (performance.now() - warnedAtMs < warnEveryMs) return
    warnedAtMs = performance.now()
    request.log.warn('forwarded address unusable')
  })
}

export const forwardedForPlugin = fp(forwardedFor, { name: 'forwarded-for', fastify: '5.x' })

/** `203.0.113.9:40001`, `[2001:db8::9]`, `"[2001:db8::9]:40001"`: the address in it, else the entry as it is. */
function addressIn(entry: string): string {
  const plain = entry.trim().replace(/^"(.*)"$/, '$1')
  const [, address = plain] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(plain)?.filter(Boolean) ?? []
  return address
}
