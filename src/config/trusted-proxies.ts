import { BlockList, isIP } from 'node:net'

const namedProxies = new Set(['loopback', 'linklocal', 'uniquelocal'])

/** Private networks have 10.0.0.0/8 at the widest, the large content delivery networks a /10, and of IPv6 a /24. */
const prefixMin = { 4: 8, 6: 16 } as const
/** All of fc00::/7 is private. */
const privatePrefixMin = 7
/** Half of IPv4 is more than any operator's proxies have, in however many ranges. */
const shareMax = 0.5

const privateIpv6 = new BlockList()
privateIpv6.addSubnet('fc00::', 7, 'ipv6')
privateIpv6.addSubnet('fe80::', 10, 'ipv6')
/** IPv4 in IPv6 spelling. */
const mappedIpv4 = new BlockList()
mappedIpv4.addSubnet('::ffff:0:0', 96, 'ipv6')

interface Range {
  readonly family: 4 | 6
  readonly prefix: number
  readonly isPrivate: boolean
}

/** Whether these are proxies, and not every client: addresses, ranges of a sane width, and Fastify's names for groups of them. */
export function areProxies(entries: readonly string[]): boolean {
  const ranges = entries.filter((entry) => !namedProxies.has(entry)).map(rangeIn)
  const isEach = ranges.every((range) => range !== null && !isWide(range))
  const share = ranges.reduce((sum, range) => sum + (range?.family === 4 ? 2 ** -range.prefix : 0), 0)
  return isEach && share < shareMax
}

const isWide = ({ family, prefix, isPrivate }: Range) =>
  prefix < (isPrivate ? privatePrefixMin : prefixMin[family])

/** null where it is none. */
function rangeIn(entry: string): Range | null {
  const [host = '', given, ...rest] = entry.split('/')
  const bits = { 4: 32, 6: 128 }[isIP(host)]
  if (bits === undefined || rest.length > 0 || !/^[1-9]\d{0,2}$/.test(given ?? '1')) return null
  const prefix = given === undefined ? bits : Number(given)
  if (prefix > bits) return null
  if (bits === 32) return { family: 4, prefix, isPrivate: false }
  if (prefix >= 96 && mappedIpv4.check(host, 'ipv6'))
    return { family: 4, prefix: prefix - 96, isPrivate: false }
  return { family: 6, prefix, isPrivate: privateIpv6.check(host, 'ipv6') }
}
