import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { startPathPrefix } from '../support/path-prefix.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

test.each(['/shop-api', '/a/b/c'])(
  'behind %s, Location leads from each route to the payment',
  async (prefix) => {
    const { sandbox, url } = await startTillgate()
    const base = await startPathPrefix(url, prefix)
    const orderId = createOrder(sandbox)
    const token = await callerToken({ order_ids: [orderId] })
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const pay = (key: string) =>
      fetch(`${base}/orders/${orderId}/pay`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body: JSON.stringify(cardPayment()),
      })

    const answers = [await pay('the-first-key-of-all'), await pay('another-key-of-it-all')]
    expect(answers.map(({ status }) => status)).toEqual([202, 409])
    for (const { url: asked, headers: told } of answers) {
      const payment = await fetch(new URL(told.get('location') ?? '', asked), { headers })
      expect(payment.status).toBe(200)
    }
  },
)

test('behind a prefix, the document names the service and the page loads its parts', async () => {
  const { url } = await startTillgate()
  const base = await startPathPrefix(url, '/shop-api')
  const document = await fetch(`${base}/openapi.json`)
  const { servers } = (await document.json()) as { servers: { url: string }[] }
  expect(servers.map((server) => new URL(server.url, document.url).href)).toEqual([`${base}/`])

  const page = await fetch(`${base}/docs`)
  const references = [...(await page.text()).matchAll(/(?:src|"url")[=:]\s*"([^"]+)"/g)].map(
    ([, address]) => address,
  )
  expect(references).toEqual(expect.arrayContaining(['docs/js/scalar.js', 'openapi.json']))
  for (const reference of references) {
    expect((await fetch(new URL(reference ?? '', page.url))).status, reference).toBe(200)
  }
})
