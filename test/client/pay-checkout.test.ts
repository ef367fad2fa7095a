import { describe, expect, test } from 'vitest'
import { PaymentUnresolved, TillgateProblem } from '../../clients/typescript/src/index.ts'
import { memoryStorage } from '../../clients/typescript/src/kept-payments.ts'
import { callerToken } from '../support/caller-token.ts'
import { checkoutPayment, type StartClientOptions, startClient } from './start-client.ts'

/** The token names the checkout and nothing else, as a storefront mints it. */
async function startCheckout(options: StartClientOptions = {}) {
  let checkoutId = ''
  const started = await startClient({
    ...options,
    service: { environment: { CHECKOUT_PAYMENTS: 'true' } },
    client: { token: () => callerToken({ checkout_ids: [checkoutId] }), ...options.client },
  })
  checkoutId = started.sandbox.checkouts.create({ customer_id: 11 }).id
  return { ...started, checkoutId }
}

describe('a checkout', () => {
  test('is shown with its methods, and paid by one call', async () => {
    const { client, checkoutId, sandbox } = await startCheckout()
    const { data: methods, meta } = await client.listCheckoutPaymentMethods(checkoutId)

    const paid = await client.payCheckout(checkoutId, checkoutPayment())

    expect(methods.length).toBeGreaterThan(0)
    expect(meta.checkout).toMatchObject({ id: checkoutId, amount: 6098, payable: true })
    expect(paid).toMatchObject({ status: 'success', amount: 6098, order_id: expect.any(Number) })
    expect(await client.listCheckoutPayments(checkoutId)).toMatchObject([{ id: paid.id }])
    expect(await client.getCheckoutPayment(checkoutId, paid.id)).toMatchObject({ status: 'success' })
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('is paid once, with one key, whatever is lost', async () => {
    const { client, checkoutId, keys, sandbox } = await startCheckout({
      mishaps: ['not_sent', 'answer_lost', 'answer_lost'],
    })

    expect((await client.payCheckout(checkoutId, checkoutPayment())).status).toBe('success')
    expect(keys).toHaveLength(4)
    expect(new Set(keys).size).toBe(1)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('whose charge is in doubt is looked at where it is, and the service is asked to wait', async () => {
    const { client, checkoutId, asked, preferred, sandbox } = await startCheckout()
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })

    expect((await client.payCheckout(checkoutId, checkoutPayment())).status).toBe('success')
    expect(asked).toEqual([`POST /checkouts/${checkoutId}/pay`, `GET /checkouts/${checkoutId}/payments/{id}`])
    expect(preferred).toEqual([null, 'wait=25'])
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('that costs something else is not paid, and the new amount has a new key', async () => {
    const { client, checkoutId, keys } = await startCheckout()
    const problem = await client
      .payCheckout(checkoutId, { ...checkoutPayment(), expected_amount: 1 })
      .catch((thrown: unknown) => thrown)

    expect(problem).toBeInstanceOf(TillgateProblem)
    expect(problem).toMatchObject({ code: 'amount_changed', retry: 'new_key', problem: { amount: 6098 } })
    expect((await client.payCheckout(checkoutId, checkoutPayment())).status).toBe('success')
    expect(new Set(keys).size).toBe(2)
  })

  test('that was begun before a reload is followed to its end, without the card', async () => {
    const { client, reload, checkoutId, keys, sandbox } = await startCheckout({
      client: { storage: memoryStorage() },
    })
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    const error = await client
      .payCheckout(checkoutId, checkoutPayment(), { maxWaitMs: 0 })
      .catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(PaymentUnresolved)
    expect(error).toMatchObject({
      checkoutId,
      idempotencyKey: keys[0],
      message: expect.stringContaining(checkoutId),
    })
    expect(await reload().resumeCheckout(checkoutId)).toMatchObject({ status: 'success', amount: 6098 })
    expect(keys).toHaveLength(1)
    expect(await reload().resumeCheckout(checkoutId)).toBeNull()
  })
})
