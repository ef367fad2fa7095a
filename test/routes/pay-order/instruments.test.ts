import { expect, test } from 'vitest'
import { openapiErrors } from '../../../tools/openapi-errors.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment, goodCardNumber, storedCardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const withoutCards = {
  environment: { PAYMENT_INSTRUMENTS: 'stored_card,stored_paypal_account,stored_bank_account,store_credit' },
}
const notTaken = {
  status: 400,
  code: 'invalid_request',
  errors: [
    {
      pointer: '/payment/instrument/type',
      detail: 'Must be one of stored_card, stored_paypal_account, stored_bank_account, store_credit',
    },
  ],
}

test('where cards are not taken, the type alone decides: no field of a card is read, and none is sent back', async () => {
  const { sandbox, call, log } = await startTillgate(withoutCards)
  const token = await callerToken({ customer_id: 11 })
  for (const payment of [
    cardPayment(),
    // The checks of the fields would find something wrong with each of these.
    cardPayment({ number: `${goodCardNumber}1`, verification_value: 'x'.repeat(300), [goodCardNumber]: 1 }),
    { payment: { instrument: { type: 'card' } }, [goodCardNumber]: goodCardNumber },
    cardPayment({ type: undefined }),
    cardPayment({ type: 'tokenized_card' }),
    cardPayment({ type: `card ${goodCardNumber}` }),
  ]) {
    const answer = await call.pay(createOrder(sandbox), payment, { token })
    expect(answer.body).toMatchObject(notTaken)
    expect(answer.text).not.toContain(goodCardNumber)
  }
  expect(log.join('')).not.toContain(goodCardNumber)
  expect(sandbox.requests()).toEqual([])
})

test.each([[['card']], [{ card: true }], [null]])(
  'a type that is no text (%j) is refused too',
  async (type) => {
    const { sandbox, call } = await startTillgate(withoutCards)
    const token = await callerToken({ customer_id: 11 })
    const answer = await call.pay(createOrder(sandbox), cardPayment({ type }), { token })
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(answer.text).not.toContain(goodCardNumber)
    expect(sandbox.requests()).toEqual([])
  },
)

test('if a body has two types, the last one counts, for the refusal as for the payment', async () => {
  const { sandbox, call } = await startTillgate(withoutCards)
  const token = await callerToken({ customer_id: 11 })
  const body = JSON.stringify(cardPayment()).replace('"type":"card"', '"type":"stored_card","type":"card"')
  expect((await call.pay(createOrder(sandbox), body, { token })).body).toMatchObject(notTaken)
})

test('the accepted types can pay, and the payment methods list them', async () => {
  const { sandbox, call } = await startTillgate(withoutCards)
  const token = await callerToken({ customer_id: 11 })
  const id = createOrder(sandbox)
  const { body } = await call.methods(id, token)
  expect(body.data.flatMap(({ accepts }: { accepts: string[] }) => accepts)).not.toContain('card')
  expect((await call.pay(id, storedCardPayment(), { token })).status).toBe(201)
})

test('the OpenAPI document then has no card, and is still valid', async () => {
  const { call } = await startTillgate(withoutCards)
  const { text, body } = await call('/openapi.json')
  expect(text).not.toMatch(/"verification_value":"422"|4242424242424242|4111111111111111/)
  const { PaymentInstrument, ...schemas } = body.components.schemas
  expect(Object.keys(PaymentInstrument.discriminator.mapping).sort()).toEqual([
    'store_credit',
    'stored_bank_account',
    'stored_card',
    'stored_paypal_account',
  ])
  expect(PaymentInstrument.oneOf).toHaveLength(4)
  expect(Object.keys(schemas)).not.toContain('CardInstrument')
  const { examples } = body.paths['/orders/{id}/pay'].post.requestBody.content['application/json']
  expect(Object.keys(examples).sort()).toEqual([
    'store_credit',
    'stored_bank_account',
    'stored_card',
    'stored_paypal_account',
  ])
  expect(await openapiErrors(body)).toEqual([])
})

test('by default the document that is served is the published one', async () => {
  const { call } = await startTillgate()
  const { body } = await call('/openapi.json')
  expect(Object.keys(body.components.schemas)).toContain('CardInstrument')
})
