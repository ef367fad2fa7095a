import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { cardPayment } from '../support/payments.ts'
import { rawBytes } from '../support/raw-http.ts'
import {
  jsonOnWire,
  rightMethod,
  rightOrder,
  startScriptedUpstream,
  textOnWire,
  type UpstreamCall,
  upstreamCustomer,
  type WireAnswer,
} from '../support/scripted-upstream.ts'
import { startTillgate } from '../support/start-tillgate.ts'

/** What BigCommerce answers for these orders; for all others what is right. */
const ODD_ANSWERS: Readonly<Record<number, (call: UpstreamCall) => WireAnswer | undefined>> = {
  101: ({ operation }) => (operation === 'methods' ? jsonOnWire(200, { data: odd }) : undefined),
  102: ({ operation }) => (operation === 'methods' ? textOnWire(200, '<html>busy</html>') : undefined),
  103: ({ operation }) => (operation === 'methods' ? jsonOnWire(401, { status: 401 }) : undefined),
  104: ({ operation }) => (operation === 'methods' ? jsonOnWire(422, { code: 30101 }) : undefined),
  105: ({ operation }) => (operation === 'order' ? jsonOnWire(404, []) : undefined),
  106: ({ operation }) => (operation === 'order' ? jsonOnWire(500, {}) : undefined),
  107: ({ operation, orderId }) =>
    operation === 'order' ? jsonOnWire(200, { ...rightOrder(orderId), status_id: 11 }) : undefined,
  108: ({ operation }) => (operation === 'methods' ? jsonOnWire(200, { data: [] }) : undefined),
  109: ({ operation }) =>
    operation === 'methods' ? jsonOnWire(429, {}, { 'x-rate-limit-time-reset-ms': '9000' }) : undefined,
}

/** Words in other alphabets, marks that JSON escapes, a card number in the wrong place, fields of no use. */
const odd = [
  { ...rightMethod, name: 'Crédit "Ünïon" \\ \u2028 \ud800 💳', secret: 'not passed on' },
  { ...rightMethod, id: '4111111111111111' },
  {
    id: 'bolt.card',
    supported_instruments: [{ instrument_type: 'STORED_CARD' }, { instrument_type: 5 }, null],
    stored_instruments: [
      {
        type: 'stored_card',
        token: 'abc',
        is_default: 'yes',
        brand: 'VISA',
        expiry_month: 9,
        last_4: '4242',
      },
      { type: 'stored_card' },
    ],
  },
  { id: 'bigcommerce.store_credit', type: '', test_mode: 'true', name: 7 },
]

/** What differs from run to run: the time, and ids that are made anew. */
const masked = (answer: string) =>
  answer
    .replaceAll('\r', '')
    .replaceAll(/^(date: ).*$/gim, '$1…')
    .replaceAll(/;t=\d+/g, ';t=…')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '(uuid)')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')

test('answers have the same bytes as ever, headers and their order included', {
  timeout: 30_000,
}, async () => {
  const upstream = await startScriptedUpstream({ answer: (call) => ODD_ANSWERS[call.orderId]?.(call) })
  onTestFinished(upstream.close)
  const tillgate = await startTillgate({
    environment: {
      ...storeVariables({ ...upstream, accessToken: 'the-store-token' }),
      TRUST_PROXY: 'loopback',
      CORS_ORIGINS: 'https://shop.example',
      ADDRESS_RATE_LIMIT: '600',
      CALLER_RATE_LIMIT: '300',
    },
  })
  const server = await serverToken()
  const customer = await callerToken({ sub: 'c', customer_id: upstreamCustomer })
  const named = await callerToken({ sub: 'o', order_ids: [1] })
  const scopeless = await callerToken({ sub: 's', scope: 'profile' })
  const told: string[] = []

  async function ask(
    name: string,
    line: string,
    { token, lines = [], body = '' }: Asked = {},
  ): Promise<void> {
    const head = [
      `${line} HTTP/1.1`,
      'Host: tillgate',
      'X-Request-Id: request-1',
      'Connection: close',
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
      ...lines,
      ...(body ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
    ]
    const answer = await rawBytes(tillgate.url, [`${head.join('\r\n')}\r\n\r\n${body}`])
    told.push(`### ${name}\n${line}\n\n${masked(answer)}`)
  }
  const methods = (id: number | string) => `GET /orders/${id}/payment-methods`
  const json = 'Content-Type: application/json'
  const payment = JSON.stringify(cardPayment())

  await ask('alive', 'GET /livez')
  await ask('ready', 'GET /readyz')
  await ask('a guest’s order', methods(1), { token: server })
  await ask('a customer’s order', methods(2), { token: server })
  await ask('for its customer', methods(2), { token: customer })
  await ask('for a token that names it', methods(1), { token: named })
  await ask('without a body', 'HEAD /orders/1/payment-methods', { token: server })
  await ask('over TLS at a proxy', methods(1), { token: server, lines: ['X-Forwarded-Proto: https'] })
  await ask('for a page', methods(1), { token: server, lines: ['Origin: https://shop.example'] })
  await ask('for another page', methods(1), { token: server, lines: ['Origin: https://other.example'] })
  await ask('a preflight', 'OPTIONS /orders/1/pay', {
    lines: ['Origin: https://shop.example', 'Access-Control-Request-Method: POST'],
  })
  await ask('odd methods', methods(101), { token: server })
  await ask('no methods', methods(108), { token: server })
  await ask('an order that is paid', methods(107), { token: server })
  await ask('not a number', methods('abc'), { token: server })
  await ask('no token', methods(1))
  await ask('a token that is none', methods(1), { token: 'abc' })
  await ask('two tokens', methods(1), { token: server, lines: ['Authorization: Bearer abc'] })
  await ask('no scope', methods(1), { token: scopeless })
  await ask('not its order', methods(3), { token: named })
  await ask('not its customer’s order', methods(1), { token: customer })
  await ask('no such order', methods(105), { token: server })
  await ask('no such route', 'GET /nothing')
  await ask('another method', 'PUT /orders/1/payment-methods', { token: server })
  await ask('two hosts', methods(1), { token: server, lines: ['Host: other'] })
  await ask('no JSON', 'POST /orders/1/pay', {
    token: server,
    lines: ['Content-Type: text/plain'],
    body: 'x',
  })
  await ask('broken JSON', 'POST /orders/1/pay', { token: server, lines: [json], body: '{' })
  await ask('a body that is too large', 'POST /orders/1/pay', {
    token: server,
    lines: [json],
    body: 'x'.repeat(17_000),
  })
  await ask('no key', 'POST /orders/1/pay', { token: server, lines: [json], body: payment })
  await ask('wrong fields', 'POST /orders/1/pay', {
    token: server,
    lines: [json, 'Idempotency-Key: key-00001'],
    body: '{}',
  })
  await ask('BigCommerce answers no JSON', methods(102), { token: server })
  await ask('BigCommerce refuses the store’s token', methods(103), { token: server })
  await ask('BigCommerce takes no payment for it', methods(104), { token: server })
  await ask('BigCommerce is down', methods(106), { token: server })
  await ask('no request', 'NOT A REQUEST')
  await ask('its payments', 'GET /orders/1/payments', { token: server })
  await ask('a payment', 'POST /orders/1/pay', {
    token: server,
    lines: [json, 'Idempotency-Key: key-00001'],
    body: payment,
  })
  await ask('the same again', 'POST /orders/1/pay', {
    token: server,
    lines: [json, 'Idempotency-Key: key-00001'],
    body: payment,
  })
  await ask('an order that was paid here', methods(1), { token: server })
  // Last, because it holds all calls back.
  await ask('BigCommerce is busy', methods(109), { token: server })
  tillgate.drain()
  await ask('while it ends', methods(1), { token: server })

  await expect(`${told.join('\n\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'answer-bytes.http'))
})

interface Asked {
  readonly token?: string
  readonly lines?: readonly string[]
  readonly body?: string
}
