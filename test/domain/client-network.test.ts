import { expect, test } from 'vitest'
import { clientNetwork, clientSite } from '../../src/domain/client-network.ts'

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
  ['2001:0DB8:0000:0001:0:0:0:1', '2001:db8:0:1::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s belongs to %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network)
})

test('the next /64 is another client', () => {
  expect(clientNetwork('2001:db8:0:1::1')).not.toBe(clientNetwork('2001:db8:0:2::1'))
})

test.each(['::ffff:203.0.113.9', '::ffff:cb00:7109', '::FFFF:203.0.113.9'])(
  '%s counts as the IPv4 address in it',
  (address) => expect(clientNetwork(address)).toBe('203.0.113.9'),
)

test('a site is a /48 of IPv6; IPv4 has none', () => {
  expect(clientSite('2001:db8:7:1::1')).toBe('2001:db8:7::/48')
  expect(clientSite('2001:db8:7:ffff::1')).toBe('2001:db8:7::/48')
  expect(clientSite('203.0.113.9')).toBeNull()
  expect(clientSite('::ffff:203.0.113.9')).toBeNull()
})
