import { BlockList, isIP } from 'node:net'

/** This machine (RFC 1122, RFC 4291), and networks that no one outside reaches (RFC 1918, RFC 4193). */
const privateNetworks = new BlockList()
privateNetworks.addSubnet('127.0.0.0', 8, 'ipv4')
privateNetworks.addSubnet('10.0.0.0', 8, 'ipv4')
privateNetworks.addSubnet('172.16.0.0', 12, 'ipv4')
privateNetworks.addSubnet('192.168.0.0', 16, 'ipv4')
privateNetworks.addAddress('::1', 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

/** Whether an IP address is of this machine or of a private network. IPv4 in IPv6 spelling counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && privateNetworks.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Names that public DNS does not have: RFC 6761, RFC 8375, ICANN's `.internal`, and those of Kubernetes. */
const privateNames = /(^|\.)(localhost|internal|local|lan|home\.arpa|test)$|\.svc$/

/**
 * Whether the host of a URL may be of a private network: a private address, or a name that only such a network has, as Docker and
 * Kubernetes give to services. What a name leads to is checked when it is dialled.
 */
export function mayBePrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(host) !== 0) return isPrivateAddress(host)
  return host !== '' && (!host.includes('.') || privateNames.test(host))
}
