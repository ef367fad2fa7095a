import { isIPv6 } from 'node:net'

/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since one household or server gets a whole /64.
 * A dual-stack socket shows IPv4 addresses as IPv6; they count as IPv4, or all of IPv4 would be one client.
 */
export function clientNetwork(address: string): string {
  const words = ipv6WordsOf(address)
  return words === null ? ipv4Of(address) : prefixOf(words, 4)
}

/** The /48 of an IPv6 address, which a provider may give to one customer with 65,536 networks in it; null for IPv4. */
export function clientSite(address: string): string | null {
  const words = ipv6WordsOf(address)
  return words === null ? null : prefixOf(words, 3)
}

const withoutZone = (address: string): string => address.split('%')[0] ?? ''

/** null for an IPv4 address, in IPv6 spelling too. */
function ipv6WordsOf(address: string): number[] | null {
  const plain = withoutZone(address)
  if (!isIPv6(plain)) return null
  const words = wordsOf(plain)
  return words.slice(0, 6).join() === mappedPrefix ? null : words
}

function ipv4Of(address: string): string {
  const plain = withoutZone(address)
  if (!isIPv6(plain)) return plain
  const [high = 0, low = 0] = wordsOf(plain).slice(6)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const prefixOf = (words: readonly number[], count: number): string =>
  `${words
    .slice(0, count)
    .map((word) => word.toString(16))
    .join(':')}::/${16 * count}`

/** ::ffff:0:0/96 */
const mappedPrefix = [0, 0, 0, 0, 0, 0xffff].join()

/** The eight 16-bit words of an IPv6 address. `URL` turns every spelling into the same hexadecimal form. */
function wordsOf(address: string): number[] {
  const spelled = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = [], tail = []] = spelled
    .split('::')
    .map((part) => part.split(':').filter((word) => word !== ''))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].map((word) => Number.parseInt(word, 16))
}
