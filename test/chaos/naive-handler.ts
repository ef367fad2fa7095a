/**
 * The payment handler that most people write first: make a token, send the charge, pass on what came back. Its
 * idempotency is what most people add: an answer kept in memory under the key. It is run in the same chaos to show
 * what the difference is worth. It makes no artificial mistakes.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

interface Answer {
  readonly status: number
  readonly body: object
}

const environment = process.env
const timeoutMs = Number(environment.PAYMENT_TIMEOUT_MS)
const answers = new Map<string, Answer>()

/** What is to be paid: an order, or a checkout, of which an order is made first. */
interface Path {
  readonly kind: string
  readonly id: string
}

async function pay({ kind, id }: Path, body: string, requestId: string): Promise<Answer> {
  const problem = (status: number, code: string, retry: string) => ({
    status,
    body: { code, retry, request_id: requestId },
  })
  try {
    const orderId = kind === 'orders' ? Number(id) : await orderOf(id)
    const minted = await manage('/v3/payments/access_tokens', { order: { id: orderId } })
    if (minted.status === 409) return problem(409, 'order_not_payable', 'never')
    const { data } = (await minted.json()) as { data: { id: string } }
    const charged = await fetch(`${environment.BIGCOMMERCE_PAYMENTS_URL}/payments`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/vnd.bc.v1+json',
        authorization: `PAT ${data.id}`,
        // Only so that the judge can tell whose charge it was.
        'x-correlation-id': requestId,
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (charged.ok) return { status: 201, body: { data: { id: requestId, status: 'success' } } }
    if (charged.status === 422) return problem(402, 'payment_declined', 'new_key')
    throw new Error(`BigCommerce answered ${charged.status}`)
  } catch {
    return problem(502, 'payment_failed', 'same_key')
  }
}

async function orderOf(checkoutId: string): Promise<number> {
  const made = await manage(`/v3/checkouts/${checkoutId}/orders`, {})
  return ((await made.json()) as { data: { id: number } }).data.id
}

const manage = (path: string, body: object): Promise<Response> =>
  fetch(`${environment.BIGCOMMERCE_API_URL}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-auth-token': environment.BIGCOMMERCE_ACCESS_TOKEN ?? '',
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  })

async function answer(request: IncomingMessage): Promise<Answer> {
  const [, kind, id] = /^\/(orders|checkouts)\/([0-9a-f-]+)\/pay$/.exec(request.url ?? '') ?? []
  if (request.url === '/readyz') return { status: 200, body: {} }
  if (request.method !== 'POST' || !kind || !id) return { status: 404, body: {} }
  const key = String(request.headers['idempotency-key'])
  const known = answers.get(key)
  if (known) return known
  const given = await pay({ kind, id }, await text(request), randomUUID())
  // An error is not kept: the shopper is to try again.
  if (given.status < 500) answers.set(key, given)
  return given
}

createServer((request, response) => {
  answer(request).then(({ status, body }) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
}).listen(Number(environment.PORT), '127.0.0.1')

process.once('SIGTERM', () => process.exit(0))
