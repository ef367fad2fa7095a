import { describe, expect, test } from 'vitest'
import { velocitySubjects } from '../../src/services/card-testing.ts'
import { customer, holderOf, server } from './fakes.ts'

const limits = { callerDeclines: 10, addressDeclines: 30 }
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
