import { expect, test } from 'vitest'
import { exampleOrder } from '../../demo/example-order.ts'
import { createClock } from './support/clock.ts'
import { openStore } from './support/open-store.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

// The documentation's examples expire in 2020, so they are run in the year they were written in.
const in2019 = () => createClock(Date.UTC(2019, 1, 28)).now

test('the documented order, token and stored-card payment work word for word', async () => {
  const { manage, methods, payWith } = await openStore({ now: in2019() })
  const order = await manage('/v2/orders', { method: 'POST', body: exampleOrder })
  expect(order).toMatchObject({ status: 201, body: { id: 215, status_id: 0, total_inc_tax: '60.9800' } })

  const stripe = (await methods(215)).body.data.find((method) => method.id === 'stripe.card')
  const token = stripe?.stored_instruments[0]?.token
  const { body: pat } = await manage('/v3/payments/access_tokens', {
    method: 'POST',
    body: { order: { id: 215 } },
  })

  const paid = await payWith(pat.data.id, {
    instrument: { type: 'stored_card', token, verification_value: '4242' },
    payment_method_id: 'stripe.card',
  })
  expect(paid.status).toBe(201)
  expect(paid.body).toEqual({
    data: { id: expect.stringMatching(UUID), status: 'success', transaction_type: 'purchase' },
  })
  expect((await manage('/v2/orders/215')).body).toMatchObject({ status_id: 11, payment_status: 'captured' })
})

test('the documented card payment works word for word', async () => {
  const { manage, mint, payWith, order } = await openStore({ now: in2019() })
  const paid = await payWith(await mint(order()), {
    instrument: {
      type: 'card',
      number: '4242424242424242',
      cardholder_name: 'Jane Doe',
      expiry_month: 12,
      expiry_year: 2020,
      verification_value: '422',
    },
    payment_method_id: 'stripe.card',
  })
  expect(paid).toMatchObject({ status: 201, body: { data: { status: 'success' } } })
  expect((await manage('/v2/orders/215')).body.status).toBe('Awaiting Fulfillment')
})

test('the documented save_instrument payment leaves a card that the next order can be paid with', async () => {
  const { mint, payWith, order, methods } = await openStore({ now: in2019() })
  const paid = await payWith(await mint(order()), {
    instrument: {
      type: 'card',
      number: '4111111111111111',
      cardholder_name: 'BP',
      expiry_month: 12,
      expiry_year: 2020,
      verification_value: '411',
    },
    payment_method_id: 'authorizenet.card',
    save_instrument: true,
  })
  expect(paid.status).toBe(201)

  const next = order()
  const listed = (await methods(next)).body.data
  const stored = listed.find(({ id }) => id === 'authorizenet.card')?.stored_instruments ?? []
  expect(stored).toContainEqual({
    type: 'stored_card',
    brand: 'VISA',
    expiry_month: 12,
    expiry_year: 2020,
    issuer_identification_number: '411111',
    last_4: '1111',
    token: expect.stringMatching(/^[0-9a-f]{64}$/),
    is_default: false,
  })
  const instrument = { type: 'stored_card', token: stored.at(-1)?.token }
  expect(
    (await payWith(await mint(next), { instrument, payment_method_id: 'authorizenet.card' })).status,
  ).toBe(201)
})
