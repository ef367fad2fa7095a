import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

export const UPSTREAM_OPERATIONS = ['order', 'methods', 'transactions', 'access_tokens', 'pay'] as const
export type UpstreamOperation = (typeof UPSTREAM_OPERATIONS)[number]

export interface UpstreamCall {
  readonly operation: UpstreamOperation
  readonly orderId: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Bytes to answer with, and what happens to the connection after them. */
export interface WireAnswer {
  readonly bytes: string | Buffer
  readonly ending: 'keep' | 'close' | 'reset' | 'hang'
}

export interface ScriptedUpstream {
  readonly storeHash: string
  readonly managementUrl: string
  readonly paymentsUrl: string
  /** Every call as it arrived. */
  readonly calls: UpstreamCall[]
  readonly paymentAccessTokens: string[]
  close(): Promise<void>
}

export interface ScriptedUpstreamOptions {
  /** The answer to give; undefined for the right one. */
  readonly answer?: (call: UpstreamCall) => WireAnswer | undefined
  /** Goes into the signature and the `jti` of every PAT. */
  readonly marks?: { readonly signature: string; readonly jti: string }
}

const storeHash = 'abc123'
const amount = 6098
/** Even order ids are this customer's, odd ones a guest's. */
export const upstreamCustomer = 11

/**
 * Both hosts of BigCommerce without state: every order can be paid and every payment succeeds, unless the test answers with
 * other bytes. For answers that the sandbox never gives.
 */
export async function startScriptedUpstream(
  options: ScriptedUpstreamOptions = {},
): Promise<ScriptedUpstream> {
  const { answer = () => undefined, marks = { signature: '', jti: '' } } = options
  const calls: UpstreamCall[] = []
  const paymentAccessTokens: string[] = []
  const sockets = new Set<Socket>()

  const patOf = (orderId: number) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = {
      iss: 'payments.bigcommerce.com',
      sub: storeHash,
      exp: Math.floor(Date.now() / 1000) + 3600,
      jti: `${marks.jti}${randomUUID()}`,
      data: { store_id: '1', order_id: String(orderId), amount, currency: 'USD' },
    }
    const signature = `${marks.signature}${randomBytes(16).toString('base64url')}`
    return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${signature}`
  }

  function rightAnswer({ operation, orderId }: UpstreamCall): WireAnswer {
    switch (operation) {
      case 'order':
        return jsonOnWire(200, rightOrder(orderId))
      case 'methods':
        return jsonOnWire(200, { data: [rightMethod], meta: {} })
      case 'transactions':
        return jsonOnWire(200, { data: [], meta: {} })
      case 'access_tokens': {
        const pat = patOf(orderId)
        paymentAccessTokens.push(pat)
        return jsonOnWire(201, { data: { id: pat }, meta: {} })
      }
      case 'pay':
        return jsonOnWire(201, rightPayment())
      default:
        return operation satisfies never
    }
  }

  const server = createServer({ keepAlive: true }, async (request, response) => {
    const body = await text(request).catch(() => null)
    const call = body === null ? null : callOf(request, body)
    if (!call) return void response.socket?.destroy()
    calls.push(call)
    const { bytes, ending } = answer(call) ?? rightAnswer(call)
    const { socket } = response
    if (!socket || socket.destroyed) return
    if (ending === 'keep') {
      // By the server's own means, so that the connection can be used again.
      const [head = '', ...rest] = String(bytes).split('\r\n\r\n')
      const [line = '', ...lines] = head.split('\r\n')
      for (const header of lines) {
        const [name = '', value = ''] = header.split(/: (.*)/)
        response.setHeader(name, value)
      }
      response.writeHead(Number(line.split(' ')[1])).end(rest.join('\r\n\r\n'))
      return
    }
    socket.write(bytes, () => {
      if (ending === 'close') socket.end()
      if (ending === 'reset') socket.resetAndDestroy()
    })
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    storeHash,
    managementUrl: `${origin}/management/stores/${storeHash}`,
    paymentsUrl: `${origin}/payments/stores/${storeHash}`,
    calls,
    paymentAccessTokens,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function callOf({ url = '', headers }: IncomingMessage, body: string): UpstreamCall | null {
  const at = url.replace(/^\/(management|payments)\/stores\/\w+/, '')
  const call = (operation: UpstreamOperation, orderId: unknown) => ({
    operation,
    orderId: Number(orderId),
    headers,
    body,
  })
  const order = /^\/v2\/orders\/(\d+)$/.exec(at)
  if (order) return call('order', order[1])
  const methods = /^\/v3\/payments\/methods\?order_id=(\d+)$/.exec(at)
  if (methods) return call('methods', methods[1])
  const transactions = /^\/v3\/orders\/(\d+)\/transactions/.exec(at)
  if (transactions) return call('transactions', transactions[1])
  if (at === '/v3/payments/access_tokens') return call('access_tokens', JSON.parse(body).order.id)
  return at === '/payments' ? call('pay', orderOfPat(headers.authorization)) : null
}

const orderOfPat = (authorization = '') =>
  JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString()).data.order_id

export const rightOrder = (id: number) => ({
  id,
  status_id: 0,
  customer_id: id % 2 === 0 ? upstreamCustomer : 0,
  total_inc_tax: '60.9800',
  store_credit_amount: '0.0000',
  gift_certificate_amount: '0.0000',
  payment_status: '',
  currency_code: 'USD',
  default_currency_code: 'USD',
})

export const rightMethod = {
  id: 'stripe.card',
  name: 'Stripe',
  type: 'card',
  test_mode: true,
  supported_instruments: [{ instrument_type: 'VISA', verification_value_required: true }],
  stored_instruments: [],
}

export const rightPayment = () => ({
  data: { id: randomUUID(), status: 'success', transaction_type: 'purchase' },
})

const reason = 'As Told'

/** An answer in JSON, well-formed. */
export const jsonOnWire = (status: number, body: unknown, headers: Record<string, string> = {}): WireAnswer =>
  textOnWire(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers })

export function textOnWire(status: number, body: string, headers: Record<string, string> = {}): WireAnswer {
  const all = { ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return { bytes: [`HTTP/1.1 ${status} ${reason}`, ...lines, '', body].join('\r\n'), ending: 'keep' }
}
