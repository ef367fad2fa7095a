import { expect, test } from 'vitest'
import { createMakeOrder, type MakeOrderDependencies } from '../../src/services/make-order.ts'
import { attemptOf } from '../domain/samples.ts'
import { contextOf } from './fakes.ts'

const checkoutId = '0a1b2c3d-0000-4000-8000-00000000abcd'
const ordering = { ...attemptOf({ status: 'claimed' }), orderId: null }

function makingWith(nowMs: number) {
  const calls: string[] = []
  const note = async (what: string) => void calls.push(what)
  const dependencies: MakeOrderDependencies = {
    checkoutsApi: {
      async makeOrder() {
        await note('made')
        return { kind: 'made', orderId: 118 }
      },
    },
    checkouts: {
      find: async () => ({ boundTo: null, ordering: null, made: [], makings: 0, payments: [] }),
      noteMade: async (_id, orderId) => ({ ...ordering, orderId }),
      noteNotMade: () => note('noted that none was made'),
    },
    findMadeOrders: async () => {},
    charging: {
      async endUnsent(_unsent, error) {
        await note('ended unsent')
        throw error
      },
    },
    elapsed: () => nowMs,
    pause: async () => {},
  }
  return { calls, make: createMakeOrder(dependencies) }
}

test('an order is made in the time of the request that holds the card', async () => {
  const { calls, make } = makingWith(14_999)
  await expect(make(ordering, { checkoutId, untilMs: 15_000 }, contextOf())).resolves.toMatchObject({
    orderId: 118,
  })
  expect(calls).toEqual(['made'])
})

test('an instance that stood still until that time was over has no order made', async () => {
  const { calls, make } = makingWith(15_000)
  await expect(make(ordering, { checkoutId, untilMs: 15_000 }, contextOf())).rejects.toMatchObject({
    code: 'upstream_unavailable',
  })
  expect(calls).toEqual(['noted that none was made', 'ended unsent'])
})
