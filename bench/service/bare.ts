import Fastify from 'fastify'
import { Pool } from 'undici'

/**
 * What you would write in an afternoon, for comparison: the same upstream calls, answers passed through unchanged, and
 * nothing else: no authentication, validation, ledger, log, metric or limit.
 */
const { STORE_TOKEN = '', MANAGEMENT_URL = '', PAYMENTS_URL = '', PORT } = process.env
const management = new URL(MANAGEMENT_URL)
const payments = new URL(PAYMENTS_URL)
const reads = new Pool(management.origin, { connections: 16 })
const charges = new Pool(payments.origin, { connections: 64 })
const headers = { accept: 'application/json', 'x-auth-token': STORE_TOKEN }
const json = 'application/json; charset=utf-8'

async function read(path: string): Promise<string> {
  const { body } = await reads.request({ method: 'GET', path: `${management.pathname}${path}`, headers })
  return body.text()
}

const app = Fastify()
app.get('/readyz', () => 'ready')

app.get<{ Params: { id: string } }>('/orders/:id/payment-methods', async (request, reply) => {
  const { id } = request.params
  const [methods] = await Promise.all([read(`/v3/payments/methods?order_id=${id}`), read(`/v2/orders/${id}`)])
  return reply.type(json).send(methods)
})

app.post<{ Params: { id: string } }>('/orders/:id/pay', async (request, reply) => {
  const minted = await reads.request({
    method: 'POST',
    path: `${management.pathname}/v3/payments/access_tokens`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ order: { id: Number(request.params.id) } }),
  })
  const { data } = (await minted.body.json()) as { data: { id: string } }
  const paid = await charges.request({
    method: 'POST',
    path: `${payments.pathname}/payments`,
    headers: {
      accept: 'application/vnd.bc.v1+json',
      authorization: `PAT ${data.id}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(request.body),
  })
  return reply
    .code(paid.statusCode)
    .type(json)
    .send(await paid.body.text())
})

await app.listen({ host: '127.0.0.1', port: Number(PORT) })
process.once('SIGTERM', () => process.exit())
