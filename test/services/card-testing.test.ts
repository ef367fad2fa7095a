import { describe, expect, test } from 'vitest'
import { velocitySubjects } from '../../src/services/card-testing.ts'
import { customer, holderOf, server } from './fakes.ts'

const limits = { callerDeclines: 10, addressDeclines: 30 }
const plain = (text: string) => text
const keysOf = (...args: Parameters<typeof velocitySubjects>) =>
  velocitySubjects(...args).map(({ key }) => key)

describe('declines are counted', () => {
  test('by caller and by address, each with its own limit', () => {
    expect(velocitySubjects(customer(7), '203.0.113.9', limits, plain)).toEqual([
      { key: `caller ${customer(7).principal}`, declinesMax: 10 },
      { key: 'address 203.0.113.9', declinesMax: 30 },
    ])
  })

  test("a trusted server's are not, since its token serves many shoppers; those of their addresses are", () => {
    expect(keysOf(server, '203.0.113.9', limits, plain)).toEqual(['address 203.0.113.9'])
  })

  test('by /64 for IPv6, and by /48 with four times as many', () => {
    const ofAddress = (address: string) => velocitySubjects(server, address, limits, plain)
    expect(ofAddress('2001:db8:0:1::1')).toEqual([
      { key: 'address 2001:db8:0:1::/64', declinesMax: 30 },
      { key: 'address 2001:db8:0::/48', declinesMax: 120 },
    ])
    expect(ofAddress('2001:db8:0:1::1')).toEqual(ofAddress('2001:db8:0:1::2'))
    expect(ofAddress('2001:db8:0:1::1')[0]).not.toEqual(ofAddress('2001:db8:0:2::1')[0])
    expect(ofAddress('2001:db8:0:1::1')[1]).toEqual(ofAddress('2001:db8:0:2::1')[1])
  })

  test('not where there is no limit, nor for an unknown address', () => {
    const off = { ...limits, callerDeclines: 0, addressDeclines: 0 }
    expect(keysOf(holderOf(118), '203.0.113.9', off, plain)).toEqual([])
    expect(keysOf(server, null, limits, plain)).toEqual([])
  })
})
