import { describe, expect, test } from 'vitest'
import { Problem } from '../../src/domain/problem.ts'
import type { TransactionsReading } from '../../src/domain/transaction.ts'
import { lookAtOrder } from '../../src/services/look-at-order.ts'
import { contextOf, orderOf } from './fakes.ts'

const purchase = {
  id: 1,
  event: 'purchase',
  status: 'ok',
  method: '',
  gatewayTransactionId: '',
  money: { amount: 6098, currency: 'USD' },
  paymentMethodId: 'stripe.card',
  referenceId: null,
  createdAtMs: null,
}
const order = orderOf({ answeredAtMs: 2_000 })
const recorded = (change: Partial<TransactionsReading> = {}): TransactionsReading => ({
  transactions: [purchase],
  isWhole: true,
  showsAllVoids: true,
  answeredAtMs: 1_000,
  ...change,
})
type Witness<Seen> = Seen | Error
const told = async <Seen>(witness: Witness<Seen>): Promise<Seen> => {
  if (witness instanceof Error) throw witness
  return witness
}
const look = (shown: Witness<typeof order | null>, transactions: Witness<TransactionsReading>) =>
  lookAtOrder({ getOrder: () => told(shown), listTransactions: () => told(transactions) }, 118, contextOf())

test('both witnesses read whole are a whole reading, of the earlier moment', async () => {
  expect(await look(order, recorded())).toEqual({
    order,
    transactions: [purchase],
    isWhole: true,
    showsAllVoids: true,
    answeredAtMs: 1_000,
    failures: [],
  })
})

describe('a reading is partial', () => {
  test('where the list of transactions is', async () => {
    expect(await look(order, recorded({ isWhole: false }))).toMatchObject({ order, isWhole: false })
  })

  test.each(['upstream_unavailable', 'upstream_refused', 'upstream_unusable'] as const)(
    'where one witness is away (%s), and shows what the other does',
    async (code) => {
      const away = new Problem(code)
      expect(await look(order, away)).toEqual({
        order,
        transactions: [],
        isWhole: false,
        showsAllVoids: false,
        answeredAtMs: 2_000,
        failures: [away],
      })
      expect(await look(away, recorded())).toEqual({
        order: null,
        transactions: [purchase],
        isWhole: false,
        showsAllVoids: true,
        answeredAtMs: 1_000,
        failures: [away],
      })
    },
  )

  test('where the order is gone', async () => {
    expect(await look(null, recorded())).toMatchObject({
      order: null,
      transactions: [purchase],
      isWhole: false,
    })
    expect(await look(null, new Problem('upstream_unusable'))).toMatchObject({
      order: null,
      transactions: [],
      isWhole: false,
      answeredAtMs: null,
    })
  })
})

test('without a Date of either there is no moment to reckon with', async () => {
  expect((await look(orderOf(), recorded())).answeredAtMs).toBeNull()
  expect((await look(order, recorded({ answeredAtMs: null }))).answeredAtMs).toBeNull()
})

describe('there is no reading', () => {
  test('where neither witness can be read', async () => {
    const first = new Problem('upstream_unavailable')
    await expect(look(first, new Problem('upstream_unusable'))).rejects.toBe(first)
  })

  test('where BigCommerce is busy with either', async () => {
    const busy = new Problem('upstream_busy')
    await expect(look(order, busy)).rejects.toBe(busy)
    await expect(look(busy, recorded())).rejects.toBe(busy)
  })

  test('where a fault is ours', async () => {
    const bug = new TypeError('ours')
    await expect(look(order, bug)).rejects.toBe(bug)
  })
})
