import { describe, expect, test } from 'vitest'
import { Problem } from '../../src/domain/problem.ts'
import { reveal } from '../../src/domain/sealed.ts'
import { createAuthorizePayment } from '../../src/services/authorize-order.ts'
import { mintedOf } from '../domain/samples.ts'
import { contextOf, customer, endOf, holderOf, orderOf, server } from './fakes.ts'

const notTheirs = () => Promise.reject(new Problem('order_not_found'))

function authorizing({
  authorizeOrder = async () => orderOf() as ReturnType<typeof orderOf> | null,
  mint = async () => mintedOf('the.pat'),
  isAtEase = true,
} = {}) {
  const minted: number[] = []
  const authorizePayment = createAuthorizePayment({
    authorizeOrder,
    managementApi: {
      createPaymentAccessToken(orderId) {
        minted.push(orderId)
        return mint()
      },
    },
    isAtEase: () => isAtEase,
  })
  return {
    minted,
    authorize: (caller = customer(7), isNew = true) =>
      authorizePayment({ caller, orderId: 118 }, isNew, contextOf()),
  }
}

test("a customer's PAT is begun before the order has been read", async () => {
  const { minted, authorize } = authorizing({ authorizeOrder: () => new Promise(() => {}) })
  void authorize()
  expect(minted).toEqual([118])
})

test('what is known is handed on: the order, and the PAT that is being made', async () => {
  const { order, minting } = await authorizing().authorize()
  expect(order).toEqual(orderOf())
  expect(minting && reveal((await minting).token)).toBe('the.pat')
})

describe('is made in its turn', () => {
  test.each([
    ['where the order need not be read', holderOf(118)],
    ['for a trusted server', server],
  ])('%s', async (_what, caller) => {
    const { minted, authorize } = authorizing({ authorizeOrder: async () => null })
    expect(await authorize(caller)).toEqual({ order: null, minting: null })
    expect(minted).toEqual([])
  })

  test('when the ledger knows the payment already', async () => {
    const { minted, authorize } = authorizing()
    expect((await authorize(customer(7), false)).minting).toBeNull()
    expect(minted).toEqual([])
  })

  test('when the quota is short', async () => {
    const { minted, authorize } = authorizing({ isAtEase: false })
    expect((await authorize()).minting).toBeNull()
    expect(minted).toEqual([])
  })
})

describe("of somebody else's order nothing is seen", () => {
  test.each([
    ['fails', () => Promise.reject(new Problem('upstream_unavailable'))],
    ['never ends', () => new Promise<never>(() => {})],
    ['is made', async () => mintedOf('of.another')],
  ])('when the PAT %s', async (_what, mint) => {
    const { authorize } = authorizing({ authorizeOrder: notTheirs, mint })
    expect(await endOf(authorize())).toBe('order_not_found')
  })
})
