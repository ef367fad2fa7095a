import { isIPv6 } from 'node:net'

/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since one household or server gets a whole /64.
 * A dual-stack socket shows IPv4 addresses as IPv6; they count as IPv4, or all of IPv4 would be one client.
 */
export function clientNetwork(address: string): string {
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return plain
  const words = wordsOf(plain)
  const [high = 0, low = 0] = words.slice(6)
  if (words.slice(0, 6).join() === mappedPrefix) return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return `${words
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(':')}::/64`
}

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
