import { afterEach, beforeEach, expect, test } from 'vitest'
import { COPIED, copyLedger, NOT_COPIED } from '../../src/stores/tools/copy-rows.ts'
import { type OpenedLedger, postgres, sqlite } from './engines.ts'
import { newAttempt } from './wanted-attempts.ts'

let source: OpenedLedger
let target: OpenedLedger
beforeEach(async () => {
  source = await sqlite.open()
  target = await postgres.open()
})
afterEach(() => Promise.all([source.close(), target.close()]))

test('every table is copied, or left out on purpose', async () => {
  const tables = (await source.database.introspection.getTables()).map(({ name }) => name)
  expect(tables.toSorted()).toEqual([...COPIED, ...NOT_COPIED].toSorted())
})

test('the order that a checkout is bound to, charges without a payment and histories move with the payments', async () => {
  const { id, orderId, correlationId, requestId } = newAttempt()
  await source.database
    .insertInto('payment_attempts')
    .values({
      id,
      store_hash: 'store-1',
      order_id: orderId,
      principal: 'someone',
      customer_id: null,
      instrument_type: 'card',
      payment_method_id: 'stripe.card',
      status: 'claimed',
      correlation_id: correlationId,
      request_id: requestId,
      created_at_ms: 1,
      updated_at_ms: 1,
    })
    .execute()
  const checkout = {
    store_hash: 'store-1',
    checkout_id: 'cart-1',
    order_id: orderId,
    holder: id,
    updated_at_ms: 1,
  }
  await source.database.insertInto('checkouts').values(checkout).execute()
  const making = {
    attempt_id: id,
    store_hash: 'store-1',
    checkout_id: checkout.checkout_id,
    cart_contents: 'digest',
    cart_edited_at_ms: null,
    begun_at_ms: 1,
    newest_order: 6,
    order_id: 7,
    empty_looks: 0,
    next_look_at_ms: null,
    leased_until_ms: null,
  }
  await source.database.insertInto('order_makings').values(making).execute()
  const unaccounted = { store_hash: 'store-1', order_id: 7, seen_at_ms: 2 }
  await source.database.insertInto('unaccounted_charges').values(unaccounted).execute()
  const told = { attempt_id: id, number: 1, at_ms: 3, what: 'looked', by_whom: 'service', because: null }
  await source.database.insertInto('payment_history').values(told).execute()

  await copyLedger(source.database, target.database)
  expect(await target.database.selectFrom('checkouts').selectAll().execute()).toEqual([checkout])
  expect(await target.database.selectFrom('order_makings').selectAll().execute()).toEqual([making])
  expect(await target.database.selectFrom('unaccounted_charges').selectAll().execute()).toEqual([unaccounted])
  expect(await target.database.selectFrom('payment_history').selectAll().execute()).toEqual([told])
})
