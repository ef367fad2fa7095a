import { expect, test } from 'vitest'
import { Sealed } from '../../src/domain/sealed.ts'
import { createSendAgain } from '../../src/services/send-again.ts'
import { attemptOf, commandOf, transactionOf, validInstruments } from '../domain/samples.ts'
import { contextOf, orderOf } from './fakes.ts'

const hourMs = 3_600_000
const sentAtMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const usd = (amount: number) => ({ amount, currency: 'USD' })
const gift = { instrumentType: 'gift_certificate', paymentMethodId: 'bigcommerce.gift_certificate' } as const

const onRecord = attemptOf({
  id: 'turned-away',
  status: 'sending',
  ...usd(10_000),
  orderTotal: 10_000,
  sentAtMs,
  patIssuedAtMs: sentAtMs,
  patExpiresAtMs: sentAtMs + hourMs,
})
/** Ended in doubt two hours before, and corrected while the other one waits. */
const corrected = {
  ...onRecord,
  id: 'earlier',
  status: 'succeeded' as const,
  createdAtMs: sentAtMs - 2 * hourMs,
  sentAtMs: sentAtMs - 2 * hourMs,
  unsettledSinceMs: sentAtMs - 2 * hourMs,
  patIssuedAtMs: sentAtMs - 2 * hourMs,
  patExpiresAtMs: sentAtMs - hourMs,
  endedAtMs: sentAtMs + 500,
}
const earlyMs = sentAtMs - hourMs - 60_000

interface Told {
  readonly attempts: readonly ReturnType<typeof attemptOf>[]
  readonly order?: ReturnType<typeof orderOf>
  readonly rows?: readonly ReturnType<typeof transactionOf>[]
}

/** How often the charge is sent again. */
async function sentAgain({ attempts, order = orderOf({}), rows = [] }: Told): Promise<number> {
  let count = 0
  const sendAgain = createSendAgain({
    attempts: { findByOrder: async () => [...attempts], markSendingAgain: async () => true },
    managementApi: {
      getOrder: async () => order,
      listTransactions: async () => ({
        transactions: [...rows],
        isWhole: true,
        showsAllVoids: true,
        answeredAtMs: sentAtMs + 10_000,
      }),
    },
    paymentsApi: {
      async processPayment() {
        count++
        return { kind: 'unknown', reason: 'unrecognised_answer', bigcommerceCode: null }
      },
    },
  })
  const claimed = attemptOf({ id: 'turned-away', status: 'claimed', ...usd(10_000) })
  const waiting = {
    turnedAway: async () => true,
    takePermit: async () => ({
      moment: async () => {},
      mayLeave: () => true,
      departed() {},
      answered() {},
      giveBack() {},
    }),
  }
  await sendAgain(
    { attempt: claimed, command: commandOf(validInstruments.card), waiting, context: contextOf() },
    {
      paymentAccessToken: new Sealed('pat'),
      orderTotal: null,
      claims: {
        storeHash: 'abc123',
        orderId: '118',
        due: usd(10_000),
        issuedAtMs: sentAtMs,
        expiresAtMs: sentAtMs + hourMs,
        lifeMs: hourMs,
      },
    },
    { kind: 'turned_away', reason: 'rate_limited', retryAfterSeconds: 1, answeredAtMs: sentAtMs },
  )
  return count
}

test('a charge that was turned away is sent again where a look shows nothing', async () => {
  expect(await sentAgain({ attempts: [onRecord] })).toBe(1)
})

test('not once an earlier payment was found to have paid the order', async () => {
  const order = orderOf({ statusId: 11, paymentStatus: 'captured', total: usd(10_000), due: usd(10_000) })
  const rows = [transactionOf({ money: usd(10_000), createdAtMs: earlyMs })]
  expect(await sentAgain({ attempts: [onRecord, corrected], order, rows })).toBe(0)
})

test('not over the whole once an earlier certificate was found to have paid a part', async () => {
  const order = orderOf({ statusId: 1, paymentStatus: 'pending', total: usd(10_000), due: usd(7_000) })
  const row = transactionOf({
    money: usd(3_000),
    method: 'gift_certificate',
    paymentMethodId: gift.paymentMethodId,
    createdAtMs: earlyMs,
  })
  expect(await sentAgain({ attempts: [onRecord, { ...corrected, ...gift }], order, rows: [row] })).toBe(0)
})

test('not where the order is less due than for a part: judged by what the ledger knows of it, not by the claim', async () => {
  const own = { ...onRecord, ...gift, amount: 7_000 }
  const part = { ...corrected, ...gift, unsettledSinceMs: null, endedAtMs: sentAtMs - hourMs }
  const order = orderOf({ statusId: 1, paymentStatus: 'pending', total: usd(10_000), due: usd(4_000) })
  expect(await sentAgain({ attempts: [own, part], order })).toBe(0)
})

test('not where the ledger does not know it', async () => {
  expect(await sentAgain({ attempts: [] })).toBe(0)
})
