import { createHmac } from 'node:crypto'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from './support/open-store.ts'

const CLIENT_SECRET = 'sandbox-client-secret'

async function openReceiver() {
  const received: { headers: Record<string, unknown>; body: string }[] = []
  const app = Fastify()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.post('/hooks', async ({ headers, body }, reply) => {
    received.push({ headers, body: String(body) })
    return reply.code(204).send()
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  return { received, url: `${address}/hooks` }
}

test('a webhook is signed with the client secret over id, timestamp and the exact bytes', async () => {
  const { received, url } = await openReceiver()
  const { control, pay, order } = await openStore()
  const id = order()
  await pay(id)
  const sent = await control('/webhooks', {
    method: 'POST',
    body: { url, client_secret: CLIENT_SECRET, scope: 'store/order/statusUpdated', order_id: id },
  })
  expect(sent).toMatchObject({ status: 200, body: { data: { status: 204 } } })

  const [{ headers, body } = { headers: {}, body: '' }] = received
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const signature = createHmac('sha256', CLIENT_SECRET).update(signed).digest('base64')
  expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  expect(JSON.parse(body)).toMatchObject({
    scope: 'store/order/statusUpdated',
    producer: 'stores/jrah6gmn',
    data: { type: 'order', id, status: { previous_status_id: 0, new_status_id: 11 } },
  })
})

test('a webhook can be delivered twice under one id', async () => {
  const { received, url } = await openReceiver()
  const { sandbox, order } = await openStore()
  const webhook = {
    url,
    client_secret: CLIENT_SECRET,
    scope: 'store/order/updated',
    order_id: order(),
  } as const
  const { id } = await sandbox.sendWebhook(webhook)
  await sandbox.sendWebhook({ ...webhook, id })
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id])
})
