import { expect, test } from 'vitest'
import { GATEWAYS } from '../../sandbox/data/gateways.ts'
import { GOOD_CARD } from './support/instruments.ts'
import { openStore } from './support/open-store.ts'

const LISTED_FOR_STORED_CARDS = [
  ...[
    'adyenv2.scheme',
    'authorizenet.card',
    'bolt.card',
    'braintree.card',
    'checkoutcom.card',
    'cybersource.card',
  ],
  ...['myvirtualmerchant.card', 'paymetric.card', 'stripe.card', 'stripev3.card'],
]

test('every gateway of the two documented lists is there, with the instruments of its lists', async () => {
  const { sandbox, methods, order } = await openStore()
  sandbox.configure({ gateways: Object.fromEntries(GATEWAYS.map(({ id }) => [id, 'configured' as const])) })
  const listed = (await methods(order())).body.data as unknown as {
    id: string
    supported_instruments: { instrument_type: string }[]
  }[]
  const taking = (type: string) =>
    listed
      .filter((method) => method.supported_instruments.some((each) => each.instrument_type === type))
      .map(({ id }) => id)
  expect(taking('STORED_CARD')).toEqual(LISTED_FOR_STORED_CARDS)
  expect(taking('VISA')).toHaveLength(24)
  expect(taking('VISA')).not.toContain('bolt.card')
})

test('a gateway that the store was not given is neither listed nor paid with', async () => {
  const { sandbox, methods, pay, order } = await openStore()
  const ids = async () => (await methods(order())).body.data.map(({ id }) => id)
  const payment = { payment_method_id: 'nmi.card', instrument: GOOD_CARD }
  expect(await ids()).not.toContain('nmi.card')
  expect(await pay(order(), payment)).toMatchObject({ body: { code: 30000 } })
  sandbox.configure({ gateways: { 'nmi.card': 'configured' } })
  expect(await ids()).toContain('nmi.card')
  expect((await pay(order(), payment)).status).toBe(201)
})

test('Bolt takes stored cards', async () => {
  const { pay, methods, order } = await openStore()
  const id = order({ customer_id: 12 })
  const bolt = (await methods(id)).body.data.find((method) => method.id === 'bolt.card')
  const token = bolt?.stored_instruments[0]?.token
  const instrument = { type: 'stored_card', token }
  expect((await pay(id, { payment_method_id: 'bolt.card', instrument })).status).toBe(201)
})
