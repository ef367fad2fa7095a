import { describe, expect, test } from 'vitest'
import { Sealed } from '../../src/domain/sealed.ts'
import { keepsPlace, velocitySubjects } from '../../src/domain/velocity.ts'
import { createKeyedDigest } from '../../src/services/keyed-digest.ts'
import { customer, holderOf, server } from '../services/fakes.ts'

const limits = { orderAttempts: 5, callerDeclines: 10, addressDeclines: 30, windowMs: 3_600_000 }
const plain = (text: string) => text
const keysOf = (...args: Parameters<typeof velocitySubjects>) =>
  velocitySubjects(...args).map(({ key }) => key)

describe('whose declines are counted', () => {
  test("the caller's and the address's, each with its own limit", () => {
    expect(velocitySubjects(customer(7), '203.0.113.9', limits, plain)).toEqual([
      { key: `caller ${customer(7).principal}`, declinesMax: 10 },
      { key: 'address 203.0.113.9', declinesMax: 30 },
    ])
  })

  test("not a trusted server's, whose one token serves many shoppers; but their addresses'", () => {
    expect(keysOf(server, '203.0.113.9', limits, plain)).toEqual(['address 203.0.113.9'])
  })

  test('a /64 is one address', () => {
    const ofAddress = (address: string) => keysOf(server, address, limits, plain)
    expect(ofAddress('2001:db8:0:1::1')).toEqual(ofAddress('2001:db8:0:1::2'))
    expect(ofAddress('2001:db8:0:1::1')).not.toEqual(ofAddress('2001:db8:0:2::1'))
  })

  test('nobody for whom there is no limit, nor an address that is not known', () => {
    const off = { ...limits, callerDeclines: 0, addressDeclines: 0 }
    expect(keysOf(holderOf(118), '203.0.113.9', off, plain)).toEqual([])
    expect(keysOf(server, null, limits, plain)).toEqual([])
  })
})

test.each([
  ['declined', 'payment_declined', true],
  ['declined', 'payment_authentication_required', true],
  ['declined', 'payment_rejected', true],
  ['declined', 'instrument_not_found', true],
  ['declined', 'merchant_configuration', false],
  ['declined', 'order_not_found', false],
  ['declined', 'amount_changed', false],
  ['unknown', null, true],
  ['pending', null, true],
  ['needs_review', null, true],
  ['succeeded', null, false],
  ['not_sent', 'upstream_unavailable', false],
  ['not_charged', 'payment_not_charged', false],
] as const)('an attempt that is %s (%s) keeps its place: %s', (status, problemCode, keeps) => {
  expect(keepsPlace(status, problemCode)).toBe(keeps)
})

describe('a keyed digest', () => {
  const digest = createKeyedDigest(new Sealed('store-token'), 'velocity')

  test('is the same on every instance, and another for every text, secret and purpose', () => {
    expect(createKeyedDigest(new Sealed('store-token'), 'velocity')('address 203.0.113.9')).toBe(
      digest('address 203.0.113.9'),
    )
    const others = [
      digest('address 203.0.113.8'),
      createKeyedDigest(new Sealed('other-token'), 'velocity')('address 203.0.113.9'),
      createKeyedDigest(new Sealed('store-token'), 'other')('address 203.0.113.9'),
    ]
    expect(new Set([digest('address 203.0.113.9'), ...others]).size).toBe(4)
  })

  test('shows nothing of the text or the secret', () => {
    expect(digest('address 203.0.113.9')).toMatch(/^[\w-]{43}$/)
  })
})
