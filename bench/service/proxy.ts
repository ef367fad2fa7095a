import proxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { request as ask } from 'undici'

/**
 * The same with @fastify/http-proxy, which forwards each request: methods without an order read, and a payment after
 * a hook has made its access token.
 */
const { STORE_TOKEN = '', MANAGEMENT_URL = '', PAYMENTS_URL = '', PORT } = process.env
const management = new URL(MANAGEMENT_URL)
const payments = new URL(PAYMENTS_URL)

const app = Fastify()
app.get('/readyz', () => 'ready')

await app.register(proxy, {
  upstream: management.origin,
  prefix: '/v3',
  rewritePrefix: `${management.pathname}/v3`,
  replyOptions: {
    rewriteRequestHeaders: (_request, headers) => ({ ...headers, 'x-auth-token': STORE_TOKEN }),
  },
})

await app.register(proxy, {
  upstream: payments.origin,
  prefix: '/payments',
  rewritePrefix: `${payments.pathname}/payments`,
  preHandler: async (request) => {
    const { body } = await ask(`${MANAGEMENT_URL}/v3/payments/access_tokens`, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-auth-token': STORE_TOKEN,
      },
      body: JSON.stringify({ order: { id: Number(request.headers['x-order-id']) } }),
    })
    const { data } = (await body.json()) as { data: { id: string } }
    request.headers['x-pat'] = data.id
  },
  replyOptions: {
    rewriteRequestHeaders: ({ headers: given }, headers) => ({
      ...headers,
      accept: 'application/vnd.bc.v1+json',
      authorization: `PAT ${given['x-pat']}`,
    }),
  },
})

await app.listen({ host: '127.0.0.1', port: Number(PORT) })
process.once('SIGTERM', () => process.exit())
