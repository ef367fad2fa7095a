import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { MAGIC_CARDS } from '../../sandbox/data/card-outcomes.ts'
import { contract } from '../generated/generate.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment, goodCardNumber, storedCardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { prismComplaint, startPrism } from './prism-process.ts'

test('Prism finds every answer as the contract says: lists, magic cards, stored cards and refusals', async () => {
  const { url, sandbox } = await startTillgate({ reconciles: true })
  const proxy = await startPrism('proxy', contract, url)
  const token = await callerToken({ customer_id: 11 })
  const call = (path: string, init: RequestInit = {}, bearer = token) =>
    fetch(`${proxy}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...init.headers },
    })
  const odd: string[] = []
  const look = async (what: string, answer: Response): Promise<number> => {
    const text = await answer.text()
    if (text.includes(prismComplaint)) odd.push(`${what}: ${answer.status} ${text.slice(0, 500)}`)
    return answer.status
  }
  const pay = async (what: string, body: object, orderId = createOrder(sandbox)): Promise<number> => {
    const headers = { 'idempotency-key': randomUUID() }
    const status = await look(
      what,
      await call(`/orders/${orderId}/pay`, { method: 'POST', headers, body: JSON.stringify(body) }),
    )
    await look(`payments after ${what}`, await call(`/orders/${orderId}/payments`))
    return status
  }

  const orderId = createOrder(sandbox)
  expect(await look('methods', await call(`/orders/${orderId}/payment-methods`))).toBe(200)
  expect(await pay('a stored card', storedCardPayment(), orderId)).toBe(201)
  expect(await look('methods of a paid order', await call(`/orders/${orderId}/payment-methods`))).toBe(409)
  expect(await pay('a paid order', cardPayment(), orderId)).toBe(409)
  const statuses = new Set<number>()
  for (const { number } of [{ number: goodCardNumber }, ...MAGIC_CARDS])
    statuses.add(await pay(`card ${number}`, cardPayment({ number })))
  expect(await look('a foreign order', await call('/orders/99999/payment-methods'))).toBe(404)
  expect(await look('a wrong token', await call('/orders/1/payments', {}, 'not.a.token'))).toBe(401)
  expect(await look('no scope', await call('/orders/1/payments', {}, await callerToken({ scope: '' })))).toBe(
    403,
  )

  expect([...statuses]).toEqual(expect.arrayContaining([201, 202, 402, 502]))
  expect(odd).toEqual([])
})
