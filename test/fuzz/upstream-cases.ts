import type { Random } from '../chaos/random.ts'
import {
  jsonOnWire,
  rightMethod,
  rightOrder,
  rightPayment,
  textOnWire,
  type UpstreamCall,
  type WireAnswer,
} from '../support/scripted-upstream.ts'
import { damaged, mutated, nastyText, nastyValue, written } from './nasty.ts'

/** What BigCommerce said, read by code that is not the service's, so that a misreading shows. */
export interface Told extends WireAnswer {
  /** The status line that was sent whole, null for none. */
  readonly status: number | null
  /** The body, where it came whole and is JSON. */
  readonly json?: unknown
  /** Whether an HTTP client may fail to read it. */
  readonly isOdd?: true
}

const statuses = [
  200, 200, 201, 201, 202, 204, 206, 226, 299, 300, 302, 304, 400, 401, 403, 404, 405, 409, 418, 422, 422,
  425, 429, 451, 499, 500, 502, 503, 504, 599,
]
const codes = [
  10000,
  10001,
  3001,
  30000,
  30001,
  30002,
  30003,
  30004,
  30050,
  30051,
  30100,
  30101,
  30102,
  30104,
  30105,
  30106,
  30107,
  99999,
  '30104',
  ' 30104',
  30104.5,
  null,
  -1,
]
const words = ['three_d_secure_required', 'additional_action_required', 'resubmit_with_human_verification']

/**
 * Any answer to a call: nearly right, wrong, foreign, broken, or none. A 429 can stop the service from paying for up to
 * a minute, so 429s come only where asked for.
 */
export function upstreamCase(random: Random, call: UpstreamCall, mayLimit: boolean): Told {
  for (;;) {
    const told = anyCase(random, call)
    if (mayLimit || !asksToBeLeftAlone(told)) return told
  }
}

const asksToBeLeftAlone = ({ status, bytes }: Told) =>
  status === 429 || /\nx?-?(?:rate|retry)-/i.test(String(bytes))

function anyCase(random: Random, call: UpstreamCall): Told {
  const roll = random.next()
  if (roll < 0.45) return jsonTold(random, statusOf(random), shapeOf(random, call))
  if (roll < 0.6)
    return jsonTold(random, random.pick([400, 401, 403, 404, 409, 422, 429, 500]), refusalOf(random))
  if (roll < 0.7) return textTold(random, statusOf(random))
  if (roll < 0.78) return cut(random, call)
  if (roll < 0.86) return headersGoneWrong(random, call)
  if (roll < 0.9) return giant(random)
  if (roll < 0.95)
    return {
      bytes: damaged(Buffer.from(`HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}`), random),
      ending: 'close',
      status: null,
    }
  if (roll < 0.96)
    return { bytes: `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n`, ending: 'close', status: null }
  if (call.operation === 'pay' && roll < 0.961) return { bytes: '', ending: 'hang', status: null }
  return { bytes: '', ending: random.pick(['close', 'reset']), status: null }
}

const statusOf = (random: Random) => statuses[random.between(0, statuses.length - 1)] ?? 200

function shapeOf(random: Random, call: UpstreamCall): unknown {
  const right = random.chance(0.2) && call.operation === 'pay' ? pendingPayment() : rightShape(call)
  if (random.chance(0.15)) return right
  let shape: unknown = right
  for (let change = random.between(1, 3); change > 0; change--) shape = mutated(shape, random)
  return shape
}

const pendingPayment = () => ({ data: { ...rightPayment().data, status: 'pending' } })

function rightShape({ operation, orderId }: UpstreamCall): unknown {
  switch (operation) {
    case 'order':
      return rightOrder(orderId)
    case 'methods':
      return { data: [rightMethod], meta: {} }
    case 'transactions':
      return {
        data: [
          {
            id: 1,
            event: 'purchase',
            status: 'ok',
            amount: 60.98,
            currency: 'USD',
            payment_method_id: 'stripe.card',
            reference_transaction_id: null,
          },
        ],
        meta: {},
      }
    case 'access_tokens':
      return {
        data: {
          id: patOf({
            sub: 'abc123',
            exp: Math.floor(Date.now() / 1000) + 3600,
            data: { order_id: String(orderId), amount: 6098, currency: 'USD' },
          }),
        },
        meta: {},
      }
    case 'pay':
      return rightPayment()
    default:
      return operation satisfies never
  }
}

const patOf = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`

function refusalOf(random: Random): unknown {
  const code = codes[random.between(0, codes.length - 1)]
  return {
    status: 422,
    title: random.chance(0.8) ? 'Refused' : nastyValue(random),
    type: 'x',
    ...(random.chance(0.8) ? { code } : {}),
    ...(random.chance(0.4)
      ? {
          errors: random.pick<unknown>([
            { field: 'wrong' },
            {},
            [],
            [{ code: random.pick([...words] as [string]) }],
            nastyValue(random),
          ]),
        }
      : {}),
    ...(random.chance(0.1) ? { data: { id: 'x', status: 'success', transaction_type: 'purchase' } } : {}),
  }
}

function jsonTold(random: Random, status: number, shape: unknown): Told {
  const body = written(shape)
  const headers = random.chance(0.1) ? limits(random) : {}
  return {
    ...textOnWire(status, body, { 'content-type': 'application/json', ...headers }),
    status,
    ...parsed(status, body),
  }
}

function textTold(random: Random, status: number): Told {
  const body = random.pick([
    '',
    '<html>Bad Gateway</html>',
    'null',
    '0',
    '""',
    '[]',
    '{}',
    'OK',
    nastyText(random),
    '{"data":',
    '\ufeff{}',
  ])
  return {
    ...textOnWire(status, body, { 'content-type': random.pick(['text/html', 'application/json', 'x']) }),
    status,
    ...parsed(status, body),
  }
}

const limits = (random: Random): Record<string, string> => ({
  'retry-after': random.pick(['1', '-1', 'NaN', '1e9', 'Wed, 21 Oct 2026 07:28:00 GMT', '']),
  'x-rate-limit-time-reset-ms': random.pick(['0', '-5', '99999999999', 'x']),
  'x-rate-limit-requests-left': random.pick(['0', '-1', 'x']),
})

/** Complete, then cut off. */
function cut(random: Random, call: UpstreamCall): Told {
  const status = statusOf(random)
  const body = JSON.stringify(rightShape(call))
  const kept = body.slice(0, random.between(0, body.length - 1))
  const framing = random.chance(0.5)
    ? `content-length: ${body.length}\r\n\r\n${kept}`
    : `transfer-encoding: chunked\r\n\r\n${kept.length.toString(16)}\r\n${kept}\r\n`
  return { bytes: `HTTP/1.1 ${status} X\r\n${framing}`, ending: random.pick(['close', 'reset']), status }
}

/** A valid body in invalid framing. */
function headersGoneWrong(random: Random, call: UpstreamCall): Told {
  const body = JSON.stringify(rightShape(call))
  const header = random.pick([
    `content-length: ${body.length}\r\ncontent-length: 1`,
    `content-length: ${body.length}\r\ntransfer-encoding: chunked`,
    'content-length: -1',
    'content-length: 1e3',
    'content-encoding: gzip',
    `x: ${'y'.repeat(20_000)}`,
    'bad header',
    'x\u0000y: 1',
    'transfer-encoding: gzip, chunked',
    'upgrade: websocket\r\nconnection: upgrade',
    'location: http://127.0.0.1:1/\r\nset-cookie: a=b',
  ])
  const status = statusOf(random)
  return {
    bytes: `HTTP/1.1 ${status} X\r\n${header}\r\n\r\n${body}`,
    ending: 'close',
    status,
    isOdd: true,
    ...parsed(status, body),
  }
}

function giant(random: Random): Told {
  const status = statusOf(random)
  return { ...jsonOnWire(status, { data: 'x'.repeat(random.pick([300_000, 2_000_000])) }), status }
}

/** HTTP allows no body with these statuses. */
const bodiless = new Set([204, 304])

function parsed(status: number, body: string): { json?: unknown } {
  if (bodiless.has(status)) return {}
  try {
    return { json: JSON.parse(body) }
  } catch {
    return {}
  }
}
