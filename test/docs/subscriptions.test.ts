import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newFolder, root } from '../generated/generate.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { snippetsOf, writeSnippets } from './snippets.ts'

type Renew = (tillgate: string, token: string, renewal: object) => Promise<unknown>

/** Tillgate, and the page's code as the reader has it, at a gateway that needs no security code for what is stored. */
async function startBilling(environment = {}) {
  const folder = newFolder({})
  writeSnippets(snippetsOf(join(root, 'docs/integrate/subscriptions.md')), folder)
  const { renew } = (await import(join(folder, 'renew.ts'))) as { renew: Renew }
  const tillgate = await startTillgate({ reconciles: true, environment })
  const token = await callerToken({
    sub: 'billing',
    scope: 'payments:read payments:write payments:recurring orders:any',
  })
  const { sandbox, call } = tillgate
  const orderId = createOrder(sandbox, { customer_id: 11 })
  const method = 'authorizenet.card'
  // The first payment, with the shopper there.
  const saved = cardPayment({}, { payment_method_id: method, save_instrument: true })
  const first = await call.pay(createOrder(sandbox), saved, { token: await callerToken({ customer_id: 11 }) })
  expect(first.status).toBe(201)
  const { data } = (await call.methods(orderId, token)).body
  const storedCard = data
    .find(({ id }: { id: string }) => id === method)
    .stored_instruments.find(({ last_4 }: { last_4: string }) => last_4 === '4242').token
  const renewal = {
    subscriptionId: randomUUID(),
    date: '2026-12-01',
    orderId,
    amount: 6098,
    paymentMethodId: method,
    storedCard,
  }
  return {
    ...tillgate,
    charged: () => sandbox.charges().length - 1,
    renew: (changes = {}) => renew(tillgate.url, token, { ...renewal, ...changes }),
  }
}

test('a renewal is paid once, however often the run is repeated', async () => {
  const { charged, renew } = await startBilling()
  expect([await renew(), await renew(), await renew({ date: '2026-12-02' })]).toEqual(
    Array.from({ length: 3 }, () => ({ kind: 'paid' })),
  )
  expect(charged()).toBe(1)
})

test('one whose answer was lost is found, and charged once', async () => {
  const { sandbox, charged, renew } = await startBilling()
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  expect(await renew()).toEqual({ kind: 'paid' })
  expect(charged()).toBe(1)
})

test('one that is refused is tried on another day, on the same order', async () => {
  const { sandbox, charged, renew } = await startBilling()
  await sandbox.faults.add({ operation: 'pay', kind: 'code', code: 30106, times: 1 } as never)
  expect([await renew(), await renew()]).toEqual(
    Array.from({ length: 2 }, () => ({ kind: 'refused', code: 'payment_declined' })),
  )
  expect(await renew({ date: '2026-12-04' })).toEqual({ kind: 'paid' })
  expect(charged()).toBe(1)
})

test('what cannot be tried is tried again, and what is wrong is looked at', async () => {
  const { sandbox, renew, close } = await startBilling()
  expect(await renew({ amount: 1 })).toEqual({ kind: 'look', code: 'amount_changed' })
  await sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 503, times: 9 } as never)
  expect(await renew({ date: '2026-12-05' })).toMatchObject({ kind: 'again' })
  await close()
  expect(await renew()).toEqual({ kind: 'again', afterSeconds: 60 })
})
