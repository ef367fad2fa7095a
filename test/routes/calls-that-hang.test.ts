import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import type { Tillgate } from '../support/start-tillgate.ts'
import { openCheckout, payCheckout, startWithCheckouts } from './checkouts/support.ts'

/** More than may be out at once of what pays. */
const hangingCount = 200

const payOrder = async ({ call }: Tillgate, orderId: number, claims: object) =>
  call.pay(orderId, cardPayment(), { token: await callerToken({ sub: `payer of ${orderId}`, ...claims }) })

/** Pays for which BigCommerce does not answer, each by a shopper of their own. @returns what ends them. */
async function hang(tillgate: Tillgate, hanging: 'checkout' | 'order'): Promise<() => Promise<unknown>> {
  const { sandbox } = tillgate
  const pays = Array.from({ length: hangingCount }, async () => {
    if (hanging === 'order') {
      const order_id = createOrder(sandbox)
      await sandbox.faults.add({ operation: 'order', kind: 'hang_before_charge', order_id })
      return payOrder(tillgate, order_id, { customer_id: 11 })
    }
    const checkout_id = openCheckout(tillgate)
    await sandbox.faults.add({ operation: 'checkout', kind: 'hang_before_charge', checkout_id })
    return payCheckout(tillgate, checkout_id)
  })
  const asked = () => sandbox.requests().filter(({ host }) => host === 'management').length
  await expect.poll(asked, { timeout: 5_000 }).toBeGreaterThan(15)
  return async () => {
    await sandbox.faults.clear()
    await Promise.all(pays)
  }
}

test.each(['checkout', 'order'] as const)(
  'while the %ss of two hundred shoppers hang at BigCommerce, all others pay, an order or a checkout',
  { timeout: 60_000 },
  async (hanging) => {
    const tillgate = await startWithCheckouts()
    const { sandbox } = tillgate
    const end = await hang(tillgate, hanging)
    for (let round = 0; round < 2; round++) {
      const [held, owned] = [createOrder(sandbox), createOrder(sandbox)]
      const answers = await Promise.all([
        payOrder(tillgate, held, { order_ids: [held] }),
        payOrder(tillgate, owned, { customer_id: 11 }),
        payCheckout(tillgate, openCheckout(tillgate)),
      ])
      expect(answers.map(({ status, body }) => body.code ?? status)).toEqual([201, 201, 201])
    }
    await end()
  },
)
