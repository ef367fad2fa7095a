import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { readContract } from '../../scripts/contract.ts'
import { postmanCollection } from '../../scripts/postman-collection.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { startTillgate } from '../support/start-tillgate.ts'

interface Item {
  readonly name: string
  readonly item?: readonly Item[]
  readonly event?: readonly { readonly listen: string }[]
  readonly request?: {
    readonly method: string
    readonly header: readonly { readonly key: string; readonly value: string }[]
    readonly url: { readonly raw: string }
    readonly body?: { readonly raw: string }
  }
}

const collection = JSON.parse(postmanCollection(readContract())) as {
  item: Item[]
  variable: { key: string; value: string }[]
}
const requests = collection.item.flatMap((item) => item.item ?? [item])

test('its requests run against the service as they stand, and the same again pays nothing again', async () => {
  const { sandbox, url } = await startTillgate()
  const orderId = createOrder(sandbox)
  const variables = new Map(collection.variable.map(({ key, value }) => [key, value]))
  variables.set('base_url', url).set('order_id', String(orderId))
  variables.set('caller_token', await callerToken({ order_ids: [orderId], customer_id: 11 }))
  const filled = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => variables.get(name) ?? '')

  async function run(name: string) {
    const { request, event = [] } = requests.find((item) => item.name === name) ?? {}
    if (!request) throw new Error(`The collection has no request "${name}".`)
    // What Postman's scripts do.
    if (event.some(({ listen }) => listen === 'prerequest')) variables.set('idempotency_key', randomUUID())
    const headers = request.header.map(({ key, value }): [string, string] => [key, filled(value)])
    const answer = await fetch(filled(request.url.raw), {
      method: request.method,
      headers: [...headers, ['authorization', filled('Bearer {{caller_token}}')]],
      body: request.body ? filled(request.body.raw) : null,
    })
    const { data } = (await answer.json()) as { data: { id?: string } }
    if (typeof data.id === 'string') variables.set('payment_id', data.id)
    return { status: answer.status, replayed: answer.headers.get('idempotent-replayed') }
  }

  expect(await run('What this order can be paid with')).toMatchObject({ status: 200 })
  expect(await run('A card')).toEqual({ status: 201, replayed: null })
  expect(await run('The same again, with the same key')).toEqual({ status: 201, replayed: 'true' })
  expect(await run('The payments of an order')).toMatchObject({ status: 200 })
  expect(await run('The state of a payment')).toMatchObject({ status: 200 })
  expect(sandbox.charges()).toHaveLength(1)
})

test('every variable that a request uses is there to be set', () => {
  const used = [...JSON.stringify(collection.item).matchAll(/\{\{([a-z_]+)\}\}/g)].map(
    ([, name = '']) => name,
  )
  const set = collection.variable.map(({ key }) => key)
  expect(set).toEqual(expect.arrayContaining(used))
})
