import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, type TestContext, test } from 'vitest'
import { parse } from 'yaml'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { prismComplaint, startPrism } from './prism-process.ts'

/** BigCommerce's own OpenAPI files. They are not ours to copy. */
const folder = join(process.env.BIGCOMMERCE_DOCS ?? '', 'reference')
const files = {
  pay: join(folder, 'payments/process_payments.yml'),
  methods: join(folder, 'payments/accepted-methods_payments.v3.yml'),
  tokens: join(folder, 'payments/access-tokens_payments.v3.yml'),
  order: join(folder, 'orders.v2.oas2.yml'),
  transactions: join(folder, 'orders.v3.yml'),
}
function skipWithoutFiles(context: TestContext): void {
  const isThere = process.env.BIGCOMMERCE_DOCS && Object.values(files).every((file) => existsSync(file))
  context.skip(
    !isThere,
    'BIGCOMMERCE_DOCS names no clone: git clone --depth 1 https://github.com/bigcommerce/docs, and set it to that folder.',
  )
}

const operations: Readonly<Record<string, readonly [string, RegExp]>> = {
  methods: ['GET', /\/v3\/payments\/methods/],
  tokens: ['POST', /\/v3\/payments\/access_tokens/],
  order: ['GET', /\/v2\/orders\/\d+$/],
  transactions: ['GET', /\/v3\/orders\/\d+\/transactions/],
  pay: ['POST', /\/payments$/],
}

/** The official order has a number and a customer of its own. Here it is the one that was asked for. */
function asked(name: string, url: string, given: string): string {
  if (name !== 'order' || !given.startsWith('{')) return given
  const id = Number(/\/orders\/(\d+)$/.exec(url)?.[1])
  return id > 0 ? JSON.stringify({ ...JSON.parse(given), id, customer_id: 11 }) : given
}

/** The service, a sandbox, and for one operation the official document in the sandbox's place. */
async function startWith(name: keyof typeof files) {
  const official = await startPrism('mock', files[name])
  const complaints: string[] = []
  const [method = '', path = /^/] = operations[name] ?? []
  let sandboxOrigin = { management: '', payments: '' }
  const read = async (request: IncomingMessage, origin: string) => {
    const url = request.url ?? ''
    const isOfficial = request.method === method && path.test(url.split('?')[0] ?? '')
    const target = isOfficial
      ? `${official}${url.replace(/^\/stores\/\w+(\/v[23])?/, '')}`
      : `${origin}${url}`
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
    const body = request.method === 'POST' ? await text(request) : null
    const answer = await fetch(target, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      body,
    })
    const given = asked(name, url, await answer.text())
    if (given.includes(prismComplaint)) complaints.push(`${request.method} ${url}: ${given.slice(0, 600)}`)
    return { status: answer.status, given, type: answer.headers.get('content-type') ?? 'application/json' }
  }
  const listen = async (host: 'management' | 'payments') => {
    const server = createServer((request, response) => {
      void read(request, sandboxOrigin[host]).then(({ status, given, type }) =>
        response.writeHead(status, { 'content-type': type }).end(given),
      )
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const [management, payments] = [await listen('management'), await listen('payments')]
  const tillgate = await startTillgate({
    environment: {
      BIGCOMMERCE_API_URL: `${management}/stores/jrah6gmn`,
      BIGCOMMERCE_PAYMENTS_URL: `${payments}/stores/jrah6gmn`,
    },
  })
  const { sandbox } = tillgate
  sandboxOrigin = {
    management: new URL(sandbox.managementUrl).origin,
    payments: new URL(sandbox.paymentsUrl).origin,
  }
  return { ...tillgate, complaints, token: await callerToken({ customer_id: 11 }) }
}

/** The request bodies that the official page of the Payments API shows, by their names. */
function officialPayments(): [string, { payment: { instrument: Record<string, unknown> } }][] {
  const document = parse(readFileSync(files.pay, 'utf8'))
  const { examples } = document.paths['/payments'].post.requestBody.content['application/json']
  return Object.entries<{ value: { payment: { instrument: Record<string, unknown> } } }>(examples).map(
    ([name, { value }]) => [name, value],
  )
}

test('every official example of a payment is taken, sent as the official document says, and its answer understood', async (context) => {
  skipWithoutFiles(context)
  const { sandbox, call, token, complaints } = await startWith('pay')
  const statuses: Record<string, number> = {}
  for (const [name, body] of officialPayments()) {
    const { instrument } = body.payment
    // The card of the page expired in 2020.
    if ('expiry_year' in instrument) instrument.expiry_year = new Date().getFullYear() + 1
    const { status } = await call.pay(createOrder(sandbox), body, { token })
    statuses[name] = status
  }

  // The official answer is "pending".
  expect(Object.values(statuses)).toEqual(Object.values(statuses).map(() => 202))
  expect(Object.keys(statuses).length).toBeGreaterThan(5)
  expect(complaints).toEqual([])
})

test('the official answer for payment methods is listed', async (context) => {
  skipWithoutFiles(context)
  const { sandbox, call, token, log, complaints } = await startWith('methods')
  const { status, body } = await call.methods(createOrder(sandbox), token)

  expect(status).toBe(200)
  expect(body.data.length).toBeGreaterThan(0)
  expect(log.join('')).not.toContain('left out')
  expect(complaints).toEqual([])
})

test('the official order is read', async (context) => {
  skipWithoutFiles(context)
  const { sandbox, call, token, complaints } = await startWith('order')
  const { status, body } = await call.pay(createOrder(sandbox), cardPayment(), { token })

  // It has left the checkout long ago.
  expect([status, body.code]).toEqual([409, 'order_not_payable'])
  expect(complaints).toEqual([])
})

test('the official transactions are read, and are no sign of another charge', async (context) => {
  skipWithoutFiles(context)
  const { sandbox, call, token, complaints, log } = await startWith('transactions')
  const orderId = createOrder(sandbox)
  const paid = await call.pay(orderId, cardPayment({ number: '4000000000202012' }), { token })
  const seen = await call(`/orders/${orderId}/payments`, { token })

  expect([paid.status, seen.body.data[0].status]).toEqual([202, 'pending'])
  expect(log.filter((line) => /"level":[45]0/.test(line))).toEqual([])
  expect(complaints).toEqual([])
})
