import { BlockList, isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

export interface ForwardedForOptions {
  /** The proxies that are believed, as Fastify takes them. */
  readonly trustProxy: readonly string[]
}

/** At most one warning in this time; more would say nothing new. */
const warnEveryMs = 60_000

/**
 * Makes addresses of what trusted proxies write into X-Forwarded-For. Some add a port, brackets or quotes, and then
 * `request.ip` would be another client with each connection. Where the entry that decides is no address at all, the
 * address is that of the proxy that wrote it.
 */
async function forwardedFor(app: FastifyInstance, { trustProxy }: ForwardedForOptions) {
  app.decorateRequest('isForwarded', false)
  if (trustProxy.length === 0) return
  const isTrusted = trusts(trustProxy)
  let warnedAtMs = Number.NEGATIVE_INFINITY
  app.addHook('onRequest', (request, _reply, done) => {
    readAddresses(request)
    // The server or proxy that is asked for its own address has forwarded none.
    request.setDecorator('isForwarded', (request.ips?.length ?? 0) > 1 && !isTrusted(request.ip))
    done()
  })

  function readAddresses(request: FastifyRequest): void {
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
  }
}

export const forwardedForPlugin = fp(forwardedFor, { name: 'forwarded-for', fastify: '5.x' })

/** Whether a trusted proxy has said whose request this is: without one, the address is that of the connection. */
export const isForwarded = (request: FastifyRequest): boolean => request.getDecorator<boolean>('isForwarded')

/** Fastify's names for groups of addresses. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.1/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

function trusts(trustProxy: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const range of trustProxy.flatMap((entry) => NAMED[entry] ?? [entry])) {
    const [address = '', prefix] = range.split('/')
    const family = familyOf(address)
    list.addSubnet(address, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family)
  }
  return (address) => list.check(address, familyOf(address))
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** `203.0.113.9:40001`, `[2001:db8::9]`, `"[2001:db8::9]:40001"`: the address in it, else the entry as it is. */
function addressIn(entry: string): string {
  const plain = entry.trim().replace(/^"(.*)"$/, '$1')
  const [, address = plain] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(plain)?.filter(Boolean) ?? []
  return address
}
