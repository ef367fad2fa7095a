import { describe, expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { ledgerFile } from '../../support/ledger-file.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const opaque = { DECLINE_DETAIL: 'opaque' }

/** The banks' reasons, by the sandbox's magic cards: 30102, one that wants 3-D Secure, 30103, 30104, 30106. */
const declinedCards = [
  '4000000000000127',
  '4000000000003220',
  '4000000000000069',
  '4000000000000002',
  '4000000000009995',
]

/** The parts of an answer that may differ between two payments. */
const withoutIds = ({ request_id: _request, payment_id: _payment, ...rest }: Record<string, unknown>) => rest

describe('where declines are opaque', () => {
  test('all reasons of a bank get one answer, and its replay is the same bytes', async () => {
    const { sandbox, call } = await startTillgate({ environment: opaque })
    const answers = []
    for (const [index, number] of declinedCards.entries()) {
      const orderId = createOrder(sandbox)
      const caller = { token: await token, key: `the-key-of-this-payment-${index}` }
      const answer = await call.pay(orderId, cardPayment({ number }), caller)
      const replay = await call.pay(orderId, cardPayment({ number }), caller)
      expect(replay.text).toBe(answer.text)
      expect(replay.headers['idempotent-replayed']).toBe('true')
      answers.push(withoutIds(answer.body))
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 402, code: 'payment_declined', retry: 'new_key' })
    expect(answers[0]).not.toHaveProperty('bigcommerce_code')
  })

  test('reading the payments tells no more either either', async () => {
    const { sandbox, call } = await startTillgate({ environment: opaque })
    const orderId = createOrder(sandbox)
    const caller = { token: await token }
    for (const number of declinedCards) await call.pay(orderId, cardPayment({ number }), caller)
    const { body } = await call(`/orders/${orderId}/payments`, caller)
    expect(body.data).toHaveLength(declinedCards.length)
    for (const payment of body.data) {
      expect(payment).toMatchObject({ status: 'declined', bigcommerce_code: null })
      const one = await call(`/orders/${orderId}/payments/${payment.id}`, caller)
      expect(one.body.data).toEqual(payment)
    }
  })

  test('an answer that is not about a card stays as it is', async () => {
    const { sandbox, call } = await startTillgate({ environment: opaque })
    const orderId = createOrder(sandbox)
    const misconfigured = cardPayment({ number: '4000000000300006' })
    const answer = await call.pay(orderId, misconfigured, { token: await token })
    expect(answer.body).toMatchObject({ code: 'merchant_configuration', bigcommerce_code: 30000 })
    const { body } = await call(`/orders/${orderId}/payments`, { token: await token })
    expect(body.data[0]).toMatchObject({ bigcommerce_code: 30000 })
    expect((await call.pay(orderId, cardPayment(), { token: await token })).status).toBe(201)
  })

  test('a replay does not tell the reason, and the ledger keeps it', async () => {
    const ledger = ledgerFile()
    const full = await startTillgate({ environment: ledger.environment })
    const orderId = createOrder(full.sandbox)
    const caller = { token: await token, key: 'the-key-of-this-payment' }
    const declined = cardPayment({ number: '4000000000009995' })
    expect((await full.call.pay(orderId, declined, caller)).body.bigcommerce_code).toBe(30106)

    const { call } = await startTillgate({ environment: { ...ledger.environment, ...opaque } })
    const { body } = await call.pay(orderId, declined, caller)
    expect(body).toMatchObject({
      code: 'payment_declined',
      detail: 'The payment was declined. Nothing was charged.',
    })
    expect(body).not.toHaveProperty('bigcommerce_code')
    expect(ledger.read('SELECT bigcommerce_code FROM payment_attempts')).toEqual([
      { bigcommerce_code: 30106 },
    ])
  })
})
