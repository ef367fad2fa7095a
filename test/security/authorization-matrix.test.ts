import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import type { ApiAnswer } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate, type Tillgate } from '../support/start-tillgate.ts'

const CLIENT_SECRET = 'the-app-client-secret-of-the-store'
const readAndWrite = 'payments:read payments:write'
const nowhere = 4_711_000

interface Order {
  readonly id: number
  /** null: there is no such order. 0: a guest's. */
  readonly customerId: number | null
  /** The payment on it, where it was paid through the service. */
  readonly paymentId: string
}

/** What a principal holds and, told apart from the service's own words, what it may therefore touch. */
interface Principal {
  readonly token: (order: Order) => Promise<string | undefined>
  readonly isKnown?: false
  readonly mayRead?: false
  readonly mayWrite?: false
  readonly owns: (order: Order) => boolean
}

const everyone = () => true
const ownsNone = () => false
const currentCustomer = (customerId: number, operation = 'current_customer') =>
  new SignJWT({ operation, customer: { id: customerId } })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('bc/apps')
    .setSubject('jrah6gmn')
    .setAudience('client-id')
    .setIssuedAt()
    .setExpirationTime('15 minutes')
    .sign(new TextEncoder().encode(CLIENT_SECRET))

const PRINCIPALS: Record<string, Principal> = {
  'a caller without a token': { token: async () => undefined, isKnown: false, owns: ownsNone },
  'a forger': { token: async () => 'a.b.c', isKnown: false, owns: ownsNone },
  'a Customer Login JWT': {
    token: () => currentCustomer(11, 'customer_login'),
    isKnown: false,
    owns: ownsNone,
  },
  'a guest by customer 0': { token: () => callerToken({ customer_id: 0 }), owns: ownsNone },
  'a guest by customer 0, with the scope for any': {
    token: () => callerToken({ customer_id: 0, scope: `${readAndWrite} orders:any` }),
    owns: ownsNone,
  },
  'customer 11': {
    token: () => callerToken({ customer_id: 11 }),
    owns: ({ customerId }) => customerId === 11,
  },
  'customer 12': {
    token: () => callerToken({ sub: 'shopper-2', customer_id: 12 }),
    owns: ({ customerId }) => customerId === 12,
  },
  'customer 11 by BigCommerce': {
    token: () => currentCustomer(11),
    owns: ({ customerId }) => customerId === 11,
  },
  'customer 11, who may only read': {
    token: () => callerToken({ customer_id: 11, scope: 'payments:read' }),
    mayWrite: false,
    owns: ({ customerId }) => customerId === 11,
  },
  'customer 11, who may only pay': {
    token: () => callerToken({ customer_id: 11, scope: 'payments:write' }),
    mayRead: false,
    owns: ({ customerId }) => customerId === 11,
  },
  'customer 11 without a scope': {
    token: () => callerToken({ customer_id: 11, scope: '' }),
    mayRead: false,
    mayWrite: false,
    owns: ({ customerId }) => customerId === 11,
  },
  "a checkout's token for this order": {
    token: ({ id }) => callerToken({ order_ids: [id] }),
    owns: everyone,
  },
  "a checkout's token for another order": {
    token: ({ id }) => callerToken({ order_ids: [id + 1, id - 1, id * 10] }),
    owns: ownsNone,
  },
  "customer 11 with a checkout's token for another order": {
    token: ({ id }) => callerToken({ order_ids: [id + 1], customer_id: 11 }),
    owns: ownsNone,
  },
  'a token that names nothing': { token: () => callerToken({}), owns: ownsNone },
  'a token that names an empty list, with the scope for any': {
    token: () => callerToken({ order_ids: [], scope: `${readAndWrite} orders:any` }),
    owns: ownsNone,
  },
  'customer 12 with the scope for any': {
    token: () => callerToken({ customer_id: 12, scope: `${readAndWrite} orders:any` }),
    owns: ({ customerId }) => customerId === 12,
  },
  'a trusted server': {
    token: () => callerToken({ sub: 'server', scope: `${readAndWrite} orders:any` }),
    owns: everyone,
  },
  'a trusted server without the scopes of payments': {
    token: () => callerToken({ sub: 'server', scope: 'orders:any' }),
    mayRead: false,
    mayWrite: false,
    owns: everyone,
  },
}

const CUSTOMERS = { "customer 11's": 11, "customer 12's": 12, "a guest's": 0 }
const STATES = ['new', 'paid here', 'paid elsewhere', 'of an unknown payment'] as const

const headers = { 'x-request-id': 'the-same-request' }
const ROUTES = {
  methods: (id: number) => ({ path: `/orders/${id}/payment-methods` }),
  pay: (id: number) => ({
    path: `/orders/${id}/pay`,
    method: 'POST' as const,
    body: cardPayment(),
    headers: { ...headers, 'idempotency-key': randomUUID() },
  }),
  payments: (id: number) => ({ path: `/orders/${id}/payments` }),
  payment: (id: number, paymentId: string) => ({ path: `/orders/${id}/payments/${paymentId}` }),
  'a payment that is not there': (id: number) => ({ path: `/orders/${id}/payments/${randomUUID()}` }),
}
type RouteName = keyof typeof ROUTES

async function orderOf({ sandbox, call }: Tillgate, customerId: number, state: (typeof STATES)[number]) {
  const id = createOrder(sandbox, {
    customer_id: customerId,
    status_id: state === 'paid elsewhere' ? 11 : 0,
  })
  if (state === 'of an unknown payment') {
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1, order_id: id })
  }
  if (state === 'new' || state === 'paid elsewhere') return { id, customerId, paymentId: randomUUID() }
  const token = await callerToken({ order_ids: [id] })
  const { status, body } = await call.pay(id, cardPayment(), { token })
  expect(status).toBe(state === 'paid here' ? 201 : 202)
  return { id, customerId, paymentId: String(body.data.id) }
}

async function knock({ call, sandbox }: Tillgate, route: RouteName, order: Order, principal: Principal) {
  const token = await principal.token(order)
  const before = sandbox.requests().length
  const { path, ...options } = { headers, ...ROUTES[route](order.id, order.paymentId) }
  const answer = await call(path, { token, ...options })
  const calls = sandbox
    .requests()
    .slice(before)
    .map(({ host, method, path }) => `${host} ${method} ${path.replaceAll(String(order.id), '{id}')}`)
  return { answer, calls }
}

/** The clock, and how much of the store's own allowance others have left, differ by the moment and not by the order. */
const bytesOf = ({ status, headers, text }: ApiAnswer) => ({
  status,
  text,
  headers: {
    ...headers,
    date: '',
    ratelimit: String(headers.ratelimit).replaceAll(/(r|t)=\d+/g, '$1=…'),
  },
})
/** An access token, and a list of methods, may be asked for while the order is read; for another's order no answer waits for them. */
const isWaitedFor = (call: string) => !/\/access_tokens$|\/payments\/methods\?/.test(call)
const isYours = ({ status, body }: ApiAnswer) =>
  status !== 401 && status !== 403 && body?.code !== 'order_not_found'

/** Every order kind for one principal and route; the limits of traffic are not what is asked about here. */
const options = {
  sandbox: { rateLimit: { limit: 100_000, windowMs: 4_000 } },
  environment: {
    BIGCOMMERCE_CLIENT_ID: 'client-id',
    BIGCOMMERCE_CLIENT_SECRET: CLIENT_SECRET,
    LOG_LEVEL: 'silent',
    ADDRESS_RATE_LIMIT: '0',
    CALLER_RATE_LIMIT: '0',
    PAYMENT_RATE_LIMIT: '10000',
    VELOCITY_ORDER_ATTEMPTS: '0',
    VELOCITY_CALLER_DECLINES: '0',
    VELOCITY_ADDRESS_DECLINES: '0',
  },
}

test.each(Object.entries(PRINCIPALS))(
  '%s reaches what is theirs and nothing else, by no route; not yours and not there are the same bytes after the same calls',
  async (_name, principal) => {
    const service = await startTillgate(options)
    let cells = 0
    for (const route of Object.keys(ROUTES) as RouteName[]) {
      const mayUse = route === 'pay' ? principal.mayWrite : principal.mayRead
      const notThere = await knock(
        service,
        route,
        { id: nowhere, customerId: null, paymentId: randomUUID() },
        principal,
      )
      for (const [whose, customerId] of Object.entries(CUSTOMERS)) {
        for (const state of STATES) {
          const order = await orderOf(service, customerId, state)
          const charged = service.sandbox.charges().length
          const { answer, calls } = await knock(service, route, order, principal)
          const cell = `${route} of ${whose} order, ${state}: ${answer.status} ${answer.text}`
          cells++
          if (principal.isKnown === false || mayUse === false) {
            expect(answer.status, cell).toBe(principal.isKnown === false ? 401 : 403)
            expect(bytesOf(answer), cell).toEqual(bytesOf(notThere.answer))
            expect(calls, cell).toEqual([])
          } else if (principal.owns(order)) {
            expect(isYours(answer), cell).toBe(true)
          } else {
            expect(answer.body.code, cell).toBe('order_not_found')
            expect(bytesOf(answer), cell).toEqual(bytesOf(notThere.answer))
            expect(calls.filter(isWaitedFor), cell).toEqual(notThere.calls.filter(isWaitedFor))
          }
          const paysNow =
            isYours(answer) && route === 'pay' && state === 'new' && principal.mayWrite !== false
          expect(service.sandbox.charges().length - charged, cell).toBe(paysNow ? 1 : 0)
        }
      }
    }
    expect(cells).toBe(Object.keys(ROUTES).length * Object.keys(CUSTOMERS).length * STATES.length)
  },
)

test('every route of the authenticated scope is in the matrix', async () => {
  const { call } = await startTillgate()
  const { paths } = (await call('/openapi.json')).body as { paths: Record<string, object> }
  const guarded = Object.entries(paths)
    .filter(([, operations]) =>
      Object.values(operations).some((operation) =>
        operation.security?.some((scheme: object) => 'callerToken' in scheme),
      ),
    )
    .map(([path]) => path)
  const inMatrix = Object.values(ROUTES).map((route) =>
    route(1, 'x')
      .path.replace('/1/', '/{id}/')
      .replace(/payments\/.+/, 'payments/{paymentId}'),
  )
  expect(new Set(guarded)).toEqual(new Set(inMatrix))
})
