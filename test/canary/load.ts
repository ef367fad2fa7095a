import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { type UpstreamCall, upstreamCustomer, type WireAnswer } from '../support/scripted-upstream.ts'
import type { Canaries } from './canaries.ts'
import type { Client } from './client.ts'
import type { WatchedDatabase } from './databases.ts'
import { SILENT_CHARGE, UPSTREAM_FAILURES, type UpstreamFailure } from './upstream-failures.ts'

export const webhookSecret = 'the client secret of an app, as BigCommerce issues them'

/** How each order fails: set by the client that pays it, read by the upstream. */
export type Failures = Map<number, UpstreamFailure>

export const answerByOrder =
  (failures: Failures) =>
  (call: UpstreamCall): WireAnswer | undefined =>
    failures.get(call.orderId)?.answer(call)

export interface LoadOptions {
  readonly client: Client
  readonly canaries: Canaries
  readonly failures: Failures
  readonly database: WatchedDatabase
  readonly storeHash: string
}

export interface LoadDone {
  readonly cards: string[]
  readonly callerTokens: string[]
  /** How often each status was answered. */
  readonly statuses: Map<number | null, number>
}

const fuzzedMax = 250
const atOnceMax = 8

/** Every route, every refusal, every failure of BigCommerce, and fuzzed requests, all with canaries in them. */
export async function runLoad({
  client,
  canaries,
  failures,
  database,
  storeHash,
}: LoadOptions): Promise<LoadDone> {
  const cards: string[] = []
  const statuses: LoadDone['statuses'] = new Map()
  const [server, customer] = await Promise.all([
    serverToken(),
    callerToken({ customer_id: upstreamCustomer, sub: 'shopper-11' }),
  ])
  let orderId = 1_000

  const nextOrder = () => (orderId += 2)
  const card = () => {
    const number = canaries.card()
    cards.push(number)
    return number
  }
  const cvv = () => canaries.cvvs[randomInt(canaries.cvvs.length)] ?? ''
  const count = (status: number | null) => statuses.set(status, (statuses.get(status) ?? 0) + 1)
  const request = async (...told: Parameters<Client['request']>) => count(await client.request(...told))

  const instrument = (changes: object = {}) => ({
    type: 'card',
    number: card(),
    cardholder_name: 'Jane Doe',
    expiry_month: 12,
    expiry_year: new Date().getFullYear() + 3,
    verification_value: cvv(),
    ...changes,
  })
  const body = (changes: object = {}, payment: object = {}, rest: object = {}) =>
    JSON.stringify({
      payment: { instrument: instrument(changes), payment_method_id: 'stripe.card', ...payment },
      ...rest,
    })
  const paying = (token: string, headers: Record<string, string> = {}) => ({
    authorization: `Bearer ${token}`,
    'idempotency-key': randomUUID(),
    ...headers,
  })
  const answerTo = (payload: string, headers = paying(server), id: number | string = nextOrder()) =>
    client.request('POST', `/orders/${id}/pay`, headers, payload)
  const pay = async (...told: Parameters<typeof answerTo>) => count(await answerTo(...told))
  /** Many of these are the only ones of their kind: again where a busy instance turns one away. */
  const untilTaken = (send: () => Promise<number | null>) => async () => {
    for (let tries = 0; tries < 20; tries++) {
      const status = await send()
      count(status)
      if (status !== 503) return
      await sleep(500)
    }
  }

  const routes = () => [
    ...['/livez', '/readyz', '/openapi.json', '/docs', '/docs/', '/nowhere', '/metrics'].map(
      (path) => () => request('GET', path),
    ),
    ...[
      '/orders/215/payment-methods',
      '/orders/215/payments',
      '/orders/214/payments',
      `/orders/215/payments/${card()}`,
      `/orders/${card()}/payments`,
      `/orders/215/payments?number=${card()}`,
    ].flatMap((path) => [
      () => request('GET', path, { authorization: `Bearer ${server}` }),
      () => request('GET', path, { authorization: `Bearer ${customer}` }),
      () => request('GET', path),
    ]),
    () =>
      request('OPTIONS', '/orders/215/pay', {
        origin: `https://${card()}.example`,
        'access-control-request-method': 'POST',
      }),
    () => request('PUT', `/orders/${card()}/pay`, paying(server), body()),
    () => request('GET', `/%zz/${card()}`),
  ]

  const wrongRequests = () => {
    const number = card()
    const bodies = [
      `{"payment":{"instrument":{"number":"${number}","verification_value":"${cvv()}"`,
      `{"number":${number}`,
      `${number}`,
      `"${number}"`,
      `["${number}"]`,
      'null',
      `{"__proto__":{"number":"${number}"}}`,
      body({ number: `${number}1` }),
      body({ number: Number(number) }),
      body({ number: number.replace(/(\d{4})/g, '$1 ') }),
      body({ verification_value: Number(cvv()) }),
      body({ verification_value: number }),
      body({ cardholder_name: number }),
      body({ expiry_month: number }),
      body({ type: number }),
      body({ type: 'stored_card', token: number }),
      body({ [number]: number }),
      body({ number: { number } }),
      body({ number: [number] }),
      body({}, { payment_method_id: number }),
      body({}, { payment_method_id: `a.${number}` }),
      body({}, { save_instrument: number }),
      body({}, { instrument: number }),
      body({}, { instrument: { type: 'gift_certificate', gift_certificate_code: number } }),
      body(
        {},
        {
          instrument: {
            type: 'tokenized_card',
            token: number,
            iin: '424242',
            last_four_digits: '4242',
            expiration_month: 1,
            expiration_year: 2030,
          },
        },
      ),
      body({}, {}, { expected_amount: Number(number) }),
      body({}, {}, { expected_amount: number, [number]: number }),
    ]
    return [
      ...bodies.map((wrong) => () => answerTo(wrong)),
      // Announced and not sent: where a part of a body is left unread, the answer may get lost.
      async () => {
        const head = [
          `POST /orders/${nextOrder()}/pay HTTP/1.1`,
          'host: tillgate',
          'connection: close',
          'content-type: application/json',
          'content-length: 40000',
          ...Object.entries(paying(server)).map(([name, value]) => `${name}: ${value}`),
        ]
        return client.send([...head, '', body()].join('\r\n'))
      },
      ...[
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/xml',
        number,
      ].map(
        (type) => () =>
          answerTo(`number=${number}&verification_value=${cvv()}`, paying(server, { 'content-type': type })),
      ),
      ...[number, `pay-${number}`, number.replace(/(\d{4})(?=\d)/g, '$1-'), ''].map(
        (key) => () => answerTo(body(), paying(server, { 'idempotency-key': key })),
      ),
      () => answerTo(body(), paying(server, { 'x-request-id': number })),
      () =>
        answerTo(
          body(),
          paying(server, { 'x-forwarded-for': number, 'user-agent': number, cookie: `card=${number}` }),
        ),
      () => answerTo(body(), paying(server, { 'x-large': number.repeat(2_000) })),
      ...[
        '',
        number,
        canaries.storeToken,
        `${server}x`,
        `eyJhbGciOiJub25lIn0.${Buffer.from(`{"sub":"${number}"}`).toString('base64url')}.`,
      ].map((token) => () => answerTo(body(), paying(token))),
      () =>
        callerToken({ order_ids: [215], sub: 'guest' }).then((guest) =>
          answerTo(body({}, { save_instrument: true }), paying(guest), 215),
        ),
      async () => {
        const reader = await callerToken({ order_ids: [215], scope: 'payments:read' })
        return answerTo(body(), paying(reader), 215)
      },
      () => answerTo(body({ type: 'stored_card' }), paying(customer), 215),
      () => answerTo(body(), paying(customer), 217),
      // Bytes that are no HTTP, a body that never ends and one that is cut off.
      () => client.send(`${number}\r\n\r\n`),
      () =>
        client.send(
          `POST /orders/1/pay HTTP/1.1\r\nhost: x\r\nx: ${number}\r\ncontent-length: x\r\n\r\n${number}`,
        ),
      () =>
        client.send(
          `POST /orders/1/pay HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\nauthorization: Bearer ${server}\r\n\r\n${number}`,
        ),
    ].map(untilTaken)
  }

  const failing = () =>
    [...UPSTREAM_FAILURES, SILENT_CHARGE].map((failure) => async () => {
      const id = nextOrder()
      failures.set(id, failure)
      const token = failure.name.startsWith('order') ? customer : server
      await pay(body(), paying(token), id)
      await request('GET', `/orders/${id}/payment-methods`, { authorization: `Bearer ${token}` })
      await request('GET', `/orders/${id}/payments`, { authorization: `Bearer ${token}` })
    })

  const repeated = () =>
    Array.from({ length: 6 }, () => async () => {
      const id = nextOrder()
      const headers = paying(server)
      const same = body()
      await Promise.all([
        pay(same, headers, id),
        pay(same, headers, id),
        pay(body(), headers, id),
        pay(body(), paying(server), id),
      ])
      await pay(same, headers, id)
    })

  const webhooks = () =>
    [true, false].map((isSigned) =>
      untilTaken(async () => {
        const payload = JSON.stringify({
          producer: `stores/${storeHash}`,
          scope: card(),
          data: { type: 'order', id: 1_002, number: card() },
        })
        const sentAt = new Date()
        const id = randomUUID()
        const signature = new Webhook(Buffer.from(webhookSecret), { format: 'raw' }).sign(id, sentAt, payload)
        return client.request(
          'POST',
          '/webhooks/bigcommerce',
          {
            'webhook-id': id,
            'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
            'webhook-signature': isSigned ? signature : card(),
          },
          payload,
        )
      }),
    )

  const fuzzed = () =>
    Array.from({ length: fuzzedMax }, () => () => {
      const right = body()
      const payload = Math.random() < 0.4 ? right : damaged(right)
      return pay(payload, paying(Math.random() < 0.7 ? server : customer))
    })

  await atOnce([...routes(), ...wrongRequests(), ...failing(), ...repeated(), ...webhooks(), ...fuzzed()])

  // Without its ledger.
  await database.run('ALTER TABLE idempotency_keys RENAME TO hidden')
  await atOnce([...repeated(), ...routes()])
  await database.run('ALTER TABLE hidden RENAME TO idempotency_keys')
  // What is unknown is looked up meanwhile.
  await sleep(1_500)
  await atOnce([...repeated(), ...routes()])
  return { cards, callerTokens: [server, customer], statuses }
}

/** A character somewhere is another, missing or twice there. */
function damaged(payload: string): string {
  const at = randomInt(payload.length)
  const other = ['', '"', '{', '}', '\\', '0', '\u0000', payload[at]?.repeat(2) ?? ''][randomInt(8)]
  return payload.slice(0, at) + other + payload.slice(at + 1)
}

async function atOnce(work: (() => Promise<unknown>)[]): Promise<void> {
  const rest = work.values()
  const worker = async () => {
    for (const one of rest) await one()
  }
  await Promise.all(Array.from({ length: atOnceMax }, worker))
}
