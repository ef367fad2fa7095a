import type { Random } from '../chaos/random.ts'
import { damaged, mutated, nastyText, written } from './nasty.ts'

export interface RequestCase {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer | null
}

export interface Tokens {
  readonly server: string
  readonly customer: string
  readonly reader: string
}

const card = {
  type: 'card',
  number: '4242424242424242',
  cardholder_name: 'Jane Doe',
  expiry_month: 12,
  expiry_year: new Date().getFullYear() + 3,
  verification_value: '422',
}
const token = 'a1'.repeat(32)
const instruments = [
  card,
  { type: 'stored_card', token, verification_value: '424' },
  { type: 'stored_paypal_account', token },
  { type: 'stored_bank_account', token },
  {
    type: 'tokenized_card',
    token: 'bolt',
    iin: '424242',
    last_four_digits: '4242',
    expiration_month: 1,
    expiration_year: 2030,
  },
  { type: 'gift_certificate', gift_certificate_code: 'GIFT' },
  { type: 'store_credit' },
]
const ids = [
  '0',
  '-1',
  '215.0',
  '1e3',
  '0x10',
  '2147483648',
  '9999999999',
  '99999999999999999999',
  'NaN',
  'null',
  '%00',
  '%20',
  '..',
  '%2e%2e',
  '215;x',
  '215%2F216',
  '４２',
  '',
  ' ',
  'a'.repeat(200),
  '%F0%9F%83%8F',
  '%zz',
  '%ff',
  '215?x=1',
  '__proto__',
]
const hosts = ['tillgate', '', 'a b', 'x'.repeat(300)]

/** One random request. The same seed and number give the same request. */
export function requestCase(random: Random, tokens: Tokens, orderId: number): RequestCase {
  const id = random.chance(0.85) ? String(orderId) : (ids[random.between(0, ids.length - 1)] ?? '')
  const isPaying = random.chance(0.75)
  const path = isPaying ? `/orders/${id}/pay` : otherPath(random, id)
  const takesBody = isPaying || path.startsWith('/webhooks')
  const method = random.pick<RequestCase['method']>(
    takesBody ? [...manyOf('POST'), 'PUT'] : [...manyOf('GET'), 'POST', 'PATCH', 'DELETE', 'OPTIONS'],
  )
  const body = method === 'GET' || method === 'OPTIONS' ? null : bodyOf(random)
  return { method, path, headers: headersOf(random, tokens, body), body }
}

const manyOf = (method: RequestCase['method']) =>
  Array<RequestCase['method']>(20).fill(method) as [RequestCase['method']]

function otherPath(random: Random, id: string): string {
  const query = random.chance(0.1)
    ? `?${encodeURIComponent(nastyText(random).toWellFormed())}=1&__proto__[x]=1`
    : ''
  return `${random.pick([
    `/orders/${id}/payment-methods`,
    `/orders/${id}/payments`,
    `/orders/${id}/payments/${encodeURIComponent(nastyText(random).toWellFormed())}`,
    `/orders/${id}`,
    '/webhooks/bigcommerce',
    '/livez',
    '/readyz',
    '/openapi.json',
    '/metrics',
    '/',
    '//',
    '/orders',
    `/${encodeURIComponent(nastyText(random).toWellFormed())}`,
  ])}${query}`
}

function bodyOf(random: Random): Buffer {
  let value: unknown = {
    payment: {
      instrument: instruments[random.between(0, instruments.length - 1)],
      payment_method_id: 'stripe.card',
      save_instrument: true,
    },
    expected_amount: 6098,
  }
  // A few stay valid and get through to BigCommerce.
  const changes = random.chance(0.03) ? 0 : random.between(1, 4)
  for (let change = 0; change < changes; change++) value = mutated(value, random)
  const bytes = Buffer.from(written(value))
  return random.chance(0.15) ? damaged(bytes, random) : bytes
}

function headersOf(random: Random, tokens: Tokens, body: Buffer | null): RequestCase['headers'] {
  const visible = (text: string) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '')
  const headers: Record<string, string | string[]> = {}
  const unusual = random.chance(0.3)
  headers.authorization = unusual ? authorizationOf(random, tokens) : `Bearer ${tokens.server}`
  if (body)
    headers['content-type'] = unusual && random.chance(0.2) ? visible(nastyText(random)) : 'application/json'
  if (!random.chance(0.03))
    headers['idempotency-key'] =
      unusual && random.chance(0.3)
        ? visible(nastyText(random))
        : `fuzz-key-number-${random.chance(0.1) ? random.between(1, 9) : random.between(1e9, 9e9)}`
  if (random.chance(0.1)) headers['x-request-id'] = visible(nastyText(random))
  if (random.chance(0.05)) headers.host = hosts[random.between(0, hosts.length - 1)] ?? ''
  if (random.chance(0.05)) headers['x-forwarded-for'] = visible(nastyText(random))
  if (random.chance(0.05)) headers.origin = visible(nastyText(random))
  if (random.chance(0.05)) headers['accept-encoding'] = visible(nastyText(random))
  if (random.chance(0.03)) headers.expect = '100-continue'
  if (random.chance(0.03)) headers['accept-version'] = visible(nastyText(random))
  if (random.chance(0.05)) headers['webhook-id'] = visible(nastyText(random))
  if (random.chance(0.05)) headers['webhook-timestamp'] = visible(nastyText(random))
  if (random.chance(0.05)) headers['webhook-signature'] = visible(nastyText(random))
  return headers
}

function authorizationOf(random: Random, { server, customer, reader }: Tokens): string {
  const [head = '', claims = '', signature = ''] = server.split('.')
  return random.pick([
    `Bearer ${customer}`,
    `Bearer ${reader}`,
    `bearer ${server}`,
    `Bearer ${head}.${claims}.`,
    `Bearer ${head}.${claims}.${[...signature].reverse().join('')}`,
    `Bearer eyJhbGciOiJub25lIn0.${claims}.`,
    `Bearer ${'a.'.repeat(5_000)}`,
    'Bearer',
    'Bearer ',
    `PAT ${server}`,
    'Basic eDp5',
    '',
  ])
}
