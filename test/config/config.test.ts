import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { loadAdminListener, loadConfig, loadDatabaseUrl } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { mayShareOneAddress } from '../../src/config/facts.ts'
import { loadDesk } from '../../src/config/load-desk.ts'
import { Env, SECRETS } from '../../src/config/variables.ts'
import { INSTRUMENT_TYPES } from '../../src/domain/payment-instrument.ts'
import { reveal, Sealed } from '../../src/domain/sealed.ts'

const folder = mkdtempSync(join(tmpdir(), 'tillgate-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let lastFile = 0
function fileOf(content: string): string {
  const path = join(folder, `file-${++lastFile}`)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

const required = {
  BIGCOMMERCE_STORE_HASH: 'abc123',
  BIGCOMMERCE_ACCESS_TOKEN: 'store-token',
  AUTH_ISSUER: 'https://shop.example',
  AUTH_AUDIENCE: 'tillgate',
  AUTH_HMAC_SECRET: 'an HMAC secret of 32 bytes or more',
}
const names = Object.keys(Env.shape)
const eventsSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

/** What is said of an environment that does not do; nothing when it does. */
function complaint(environment: Environment): string {
  try {
    loadConfig(environment)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : 'no error'
  }
}
/** The variables that a complaint begins its lines with. */
const namedIn = (message: string) => [...message.matchAll(/^ {2}- (\w+)/gm)].map(([, name]) => name)

test('checkouts are not paid without their fence', () => {
  const wanted = { ...required, CHECKOUT_PAYMENTS: 'true' }
  expect(loadConfig(wanted).hasCheckoutPayments).toBe(true)
  expect(() => loadConfig({ ...wanted, CHECKOUT_FENCE: 'false' })).toThrow(
    'CHECKOUT_PAYMENTS=true needs CHECKOUT_FENCE=true',
  )
})

test('with what is required, the rest has its documented defaults', () => {
  const config = loadConfig(required)
  // Two sealed values look the same from outside.
  expect(reveal(config.bigcommerce.accessToken)).toBe('store-token')
  expect(config).toEqual({
    host: '0.0.0.0',
    problemTypeBase: 'https://tillgate.dev/problems#',
    port: 3000,
    adminPort: 9090,
    tls: null,
    trustProxy: [],
    corsOrigins: [],
    rateLimits: { addressPerMinute: 600, callerPerMinute: 300 },
    hasOpaqueDeclines: false,
    hasCheckoutFence: true,
    hasCheckoutPayments: false,
    velocity: { orderAttempts: 5, callerDeclines: 10, addressDeclines: 30, windowMs: 3_600_000 },
    logLevel: 'info',
    isTraced: false,
    databaseUrl: 'sqlite:./data/tillgate.db',
    markFolder: join(homedir(), '.local/state/tillgate'),
    migrateOnStart: true,
    bigcommerce: {
      storeHash: 'abc123',
      accessToken: expect.any(Sealed),
      apiUrl: 'https://api.bigcommerce.com/stores/abc123',
      paymentsUrl: 'https://payments.bigcommerce.com/stores/abc123',
      app: null,
      trustedProxySecret: null,
    },
    events: null,
    auth: {
      issuer: 'https://shop.example',
      audience: 'tillgate',
      key: { kind: 'secret', secret: 'an HMAC secret of 32 bytes or more' },
      lifeSecondsMax: 86_400,
    },
    paymentRate: { limit: 50, windowMs: 4_000, marginMs: 200, queueMaxWaitMs: 5_000 },
    paymentTimeoutMs: 60_000,
    shutdownDelayMs: 0,
    instruments: new Set(INSTRUMENT_TYPES),
    looseFiles: [],
    unknownVariables: [],
    renewals: { accessToken: null, publicKey: null, eventsSecret: null, tls: null },
  })
})

test('what is set is used', () => {
  const config = loadConfig({
    ...required,
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_PORT: '9100',
    TRUST_PROXY: '10.0.0.0/8, ::1 ,loopback',
    CORS_ORIGINS: 'https://shop.example,http://localhost:8080',
    LOG_LEVEL: 'warn',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    BIGCOMMERCE_API_URL: 'http://127.0.0.1:4000/stores/abc123/',
    BIGCOMMERCE_PAYMENTS_URL: 'http://127.0.0.1:4001/stores/abc123',
    BIGCOMMERCE_CLIENT_ID: 'client-id',
    BIGCOMMERCE_CLIENT_SECRET: 'client-secret',
    BIGCOMMERCE_TRUSTED_PROXY_SECRET: 'proxy-secret',
    DATABASE_URL: 'sqlite:/var/lib/tillgate.db',
    MIGRATE_ON_START: 'false',
    PAYMENT_RATE_LIMIT: '40',
    PAYMENT_RATE_WINDOW_MS: '5000',
    PAYMENT_RATE_MARGIN_MS: '300',
    PAYMENT_QUEUE_MAX_WAIT_MS: '6000',
    PAYMENT_TIMEOUT_MS: '30000',
    SHUTDOWN_DELAY_MS: '12000',
    ADDRESS_RATE_LIMIT: '0',
    CALLER_RATE_LIMIT: '5000',
    VELOCITY_ORDER_ATTEMPTS: '0',
    DECLINE_DETAIL: 'opaque',
    VELOCITY_CALLER_DECLINES: '3',
    VELOCITY_ADDRESS_DECLINES: '4',
    VELOCITY_WINDOW_SECONDS: '60',
    PAYMENT_INSTRUMENTS: 'stored_card, gift_certificate',
  })
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 0,
    adminPort: 9100,
    trustProxy: ['10.0.0.0/8', '::1', 'loopback'],
    corsOrigins: ['https://shop.example', 'http://localhost:8080'],
    logLevel: 'warn',
    isTraced: true,
    databaseUrl: 'sqlite:/var/lib/tillgate.db',
    migrateOnStart: false,
    bigcommerce: {
      apiUrl: 'http://127.0.0.1:4000/stores/abc123',
      paymentsUrl: 'http://127.0.0.1:4001/stores/abc123',
      app: { clientId: 'client-id', clientSecret: 'client-secret' },
      trustedProxySecret: 'proxy-secret',
    },
    paymentRate: { limit: 40, windowMs: 5_000, marginMs: 300, queueMaxWaitMs: 6_000 },
    paymentTimeoutMs: 30_000,
    shutdownDelayMs: 12_000,
    rateLimits: { addressPerMinute: 0, callerPerMinute: 5_000 },
    hasOpaqueDeclines: true,
    hasCheckoutFence: true,
    velocity: { orderAttempts: 0, callerDeclines: 3, addressDeclines: 4, windowMs: 60_000 },
    instruments: new Set(['stored_card', 'gift_certificate']),
  })
})

test('empty means unset: compose files produce empties for everything they do not know', () => {
  const empties = Object.fromEntries(
    [...names, ...SECRETS.map((name) => `${name}_FILE`)].map((name) => [name, '']),
  )
  expect(loadConfig({ ...empties, ...required })).toEqual(loadConfig(required))
  expect(namedIn(complaint({ ...required, AUTH_ISSUER: '' }))).toEqual(['AUTH_ISSUER'])
})

test('variables of others do not matter', () => {
  expect(loadConfig({ ...required, PATH: '/bin', OTHER_FILE: '/nowhere', __proto__: 'x' })).toEqual(
    loadConfig(required),
  )
})

test.each<[string, string]>([
  ['PAYMENT_INSTRUMENT', 'PAYMENT_INSTRUMENTS'],
  ['VELOCITY_ORDER_ATEMPTS', 'VELOCITY_ORDER_ATTEMPTS'],
  ['BIGCOMERCE_CLIENT_ID', 'BIGCOMMERCE_CLIENT_ID'],
  ['AUTH_HMAC_SERCET_FILE', 'AUTH_HMAC_SECRET_FILE'],
  ['payment_timeout_ms', 'PAYMENT_TIMEOUT_MS'],
  ...['TRUST_PROXIES', 'TRUSTED_PROXIES'].map((alias): [string, string] => [alias, 'TRUST_PROXY']),
  ...['TLS_CERT', 'TLS_KEY', 'TLS_CLIENT_CA', 'AUTH_PUBLIC_KEY'].map((alias): [string, string] => [
    alias,
    `${alias}_FILE`,
  ]),
  ...['CORS_ALLOWED_ORIGINS', 'CORS_ORIGIN'].map((alias): [string, string] => [alias, 'CORS_ORIGINS']),
  ['JWKS_URL', 'AUTH_JWKS_URL'],
  ...['STORE_HASH', 'BC_STORE_HASH'].map((alias): [string, string] => [alias, 'BIGCOMMERCE_STORE_HASH']),
  ...['BIGCOMMERCE_TOKEN', 'BC_ACCESS_TOKEN'].map((alias): [string, string] => [
    alias,
    'BIGCOMMERCE_ACCESS_TOKEN',
  ]),
  ...['PORT', 'TRUST_PROXY', 'AUTH_JWKS_URL', 'BIGCOMMERCE_STORE_HASH', 'EVENTS_URL'].map(
    (name): [string, string] => [`${name}_FILE`, name],
  ),
])('%s is unknown, and looks like %s', (variable, name) => {
  expect(loadConfig({ ...required, [variable]: 'x' }).unknownVariables).toEqual([{ variable, name }])
})

test.each(['POST', 'HOSTS', 'DATABASE_HOST', 'PAYMENT_SERVICE_PORT', 'AUTH_URL', 'OTEL_SERVICE_NAME'])(
  '%s may be of another program',
  (variable) => {
    expect(loadConfig({ ...required, [variable]: 'x' }).unknownVariables).toEqual([])
  },
)

test.each(['AUTH_ISSUER', 'AUTH_AUDIENCE'])('%s with a blank at an end fits no token', (name) => {
  for (const value of [' tillgate', 'tillgate ', 'tillgate\n', '\u00a0tillgate', ' '])
    expect(complaint({ ...required, [name]: value })).toContain(
      `${name} must have no blank at its beginning or end.`,
    )
  expect(complaint({ ...required, [name]: 'two words' })).toBe('')
})

test('a misspelt name is told beside the variable that is missing, without its value', () => {
  const { BIGCOMMERCE_STORE_HASH: hash = '', ...others } = required
  const message = complaint({ ...others, BIGCOMERCE_STORE_HASH: hash })
  expect(message).toContain('BIGCOMERCE_STORE_HASH is unknown. Did you mean BIGCOMMERCE_STORE_HASH?')
  expect(message).not.toContain(hash)
})

describe('what is wrong', () => {
  test('metrics may not be put on the public port, but both ports may be any free one', () => {
    expect(complaint({ ...required, PORT: '9090' })).toContain('ADMIN_PORT must not be PORT.')
    expect(complaint({ ...required, PORT: '8080', ADMIN_PORT: '8080' })).toContain(
      'ADMIN_PORT must not be PORT.',
    )
    expect(loadConfig({ ...required, PORT: '0', ADMIN_PORT: '0' })).toMatchObject({ port: 0, adminPort: 0 })
  })

  test.each([
    ['BIGCOMMERCE_API_URL', 'http://api.bigcommerce.com/stores/abc123', 'https address'],
    ['BIGCOMMERCE_PAYMENTS_URL', 'http://sandbox:4011/stores/abc123', 'https address'],
    ['BIGCOMMERCE_PAYMENTS_URL', 'http://127.0.0.1.evil.example/stores/abc123', 'https address'],
    ['BIGCOMMERCE_API_URL', 'https://api.bigcommerce.com/stores/other1', 'another store'],
    ['BIGCOMMERCE_PAYMENTS_URL', 'https://payments.bigcommerce.com/stores/ABC123', 'another store'],
    ['BIGCOMMERCE_PAYMENTS_URL', 'https://api.bigcommerce.com/stores/abc123', 'management host'],
    ['BIGCOMMERCE_PAYMENTS_URL', 'https://API.BigCommerce.com.:443/stores/abc123/', 'management host'],
    ['BIGCOMMERCE_API_URL', 'https://payments.bigcommerce.com/stores/abc123', 'payments host'],
    ['BIGCOMMERCE_API_URL', 'https://api.bigcommerce.com', 'bigcommerce.com/stores/HASH'],
    ['BIGCOMMERCE_PAYMENTS_URL', 'https://payments.bigcommerce.com/', 'bigcommerce.com/stores/HASH'],
    ['BIGCOMMERCE_API_URL', 'https://api.bigcommerce.com//stores/abc123', 'bigcommerce.com/stores/HASH'],
  ])('an address that leads the token or a card astray: %s=%s', (name, value, said) => {
    expect(complaint({ ...required, BIGCOMMERCE_STORE_HASH: 'abc123', [name]: value })).toMatch(
      new RegExp(`${name} .*${said}`),
    )
  })

  test.each([
    'https://canary:pw@api.example/stores/abc123',
    'https://:canary@api.example/stores/abc123',
    'https://canary@api.example/stores/abc123',
    'http://canary:pw@127.0.0.1:1/stores/abc123',
    'https://api.example/stores/abc123?key=canary',
    'https://api.example/stores/abc123?',
    'https://api.example/stores/abc123#canary',
    'https://api.example/stores/abc123/#',
    'https://api.example/stores/abc123/v3',
    'https://api.example/stores/abc123/v2/',
    'https://api.example/stores/abc123/v3/payments',
    'https://api.example/stores/abc123/payments',
    'https://api.example/stores',
    'https://api.example/stores/',
    'https://proxy.example/canary/v3',
    'https://proxy.example/canary/V2/',
    'http://127.0.0.1:1/v3',
  ])('an address to which requests could not be added: %s', (address) => {
    for (const name of ['BIGCOMMERCE_API_URL', 'BIGCOMMERCE_PAYMENTS_URL']) {
      const message = complaint({ ...required, [name]: address })
      expect(namedIn(message)).toEqual([name])
      expect(message).toMatch(/must look like https:\/\/(api|payments)\.bigcommerce\.com\/stores\/HASH: /)
      expect(message).not.toContain('canary')
    }
  })

  test('the desk sends the token where the service would, and nowhere else', () => {
    const { BIGCOMMERCE_STORE_HASH, BIGCOMMERCE_ACCESS_TOKEN } = required
    const apiUrlOf = (BIGCOMMERCE_API_URL: string) =>
      loadDesk({ BIGCOMMERCE_STORE_HASH, BIGCOMMERCE_ACCESS_TOKEN, BIGCOMMERCE_API_URL }).apiUrl
    expect(apiUrlOf('https://proxy.example/bc/')).toBe('https://proxy.example/bc')
    expect(apiUrlOf('http://127.0.0.1:1/stores/other')).toBe('http://127.0.0.1:1/stores/other')
    expect(() => apiUrlOf('http://proxy.example/bc')).toThrow('must be an https address')
    expect(() => apiUrlOf('https://payments.bigcommerce.com/stores/abc123')).toThrow('payments host')
    expect(() => apiUrlOf('https://api.bigcommerce.com/stores/other')).toThrow('another store')
  })

  test('a ledger that forgets, except in tests on this machine', () => {
    const forgetful = { ...required, DATABASE_URL: 'sqlite::memory:' }
    expect(complaint(forgetful)).toContain('DATABASE_URL must not be sqlite::memory:')
    expect(complaint({ ...forgetful, BIGCOMMERCE_API_URL: 'https://api.bigcommerce.com' })).toContain(
      'DATABASE_URL',
    )
    expect(loadConfig({ ...forgetful, BIGCOMMERCE_API_URL: 'http://127.0.0.1:1' }).databaseUrl).toBe(
      'sqlite::memory:',
    )
  })

  test.each([
    'http://localhost:1/stores/other',
    'http://127.0.0.1:1',
    'http://[::1]:1',
    'https://proxy.example/bc',
    'https://proxy.example/v3/bc',
    'https://proxy.example/payments',
    'https://proxy.example/stores/abc123',
  ])('and %s is taken', (address) => {
    const addresses = { BIGCOMMERCE_API_URL: address, BIGCOMMERCE_PAYMENTS_URL: address }
    expect(loadConfig({ ...required, ...addresses }).bigcommerce.apiUrl).toBe(address)
  })

  test('is named all at once, each in a sentence', () => {
    const message = complaint({
      PORT: 'http',
      TRUST_PROXY: 'everyone',
      CORS_ORIGINS: '*',
      LOG_LEVEL: 'loud',
      BIGCOMMERCE_STORE_HASH: 'abc/123',
      BIGCOMMERCE_API_URL: 'ftp://api.example',
      BIGCOMMERCE_PAYMENTS_URL: 'payments.example',
      BIGCOMMERCE_CLIENT_ID: 'client-id',
      DATABASE_URL: 'mysql://x',
      PAYMENT_TIMEOUT_MS: '5',
      PAYMENT_INSTRUMENTS: 'card,cash',
    })
    expect(namedIn(message).sort()).toEqual(
      [
        'PORT',
        'TRUST_PROXY',
        'CORS_ORIGINS',
        'LOG_LEVEL',
        'BIGCOMMERCE_STORE_HASH',
        'BIGCOMMERCE_ACCESS_TOKEN',
        'BIGCOMMERCE_API_URL',
        'BIGCOMMERCE_PAYMENTS_URL',
        'BIGCOMMERCE_CLIENT_ID',
        'AUTH_ISSUER',
        'AUTH_AUDIENCE',
        'AUTH_JWKS_URL',
        'DATABASE_URL',
        'PAYMENT_TIMEOUT_MS',
        'PAYMENT_INSTRUMENTS',
      ].sort(),
    )
    for (const line of message.split('\n').slice(1)) expect(line).toMatch(/^ {2}- [A-Z_]+.* .*\.$/)
  })

  test.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', '0x10'],
    ['PORT', ' 3000'],
    ['PAYMENT_TIMEOUT_MS', '999'],
    ['PAYMENT_TIMEOUT_MS', '600001'],
    ['PAYMENT_TIMEOUT_MS', '1e4'],
    ['LOG_LEVEL', 'INFO'],
    ['BIGCOMMERCE_STORE_HASH', '../evil'],
    ['BIGCOMMERCE_ACCESS_TOKEN', 'two\nlines'],
    ['BIGCOMMERCE_ACCESS_TOKEN', 'token '],
    ['BIGCOMMERCE_TRUSTED_PROXY_SECRET', 'two\r\nlines'],
    ['BIGCOMMERCE_API_URL', 'javascript:alert(1)'],
    ['AUTH_HMAC_SECRET', '31 bytes are not enough of them.'.slice(1)],
    ['PAYMENT_INSTRUMENTS', ','],
    ['PAYMENT_INSTRUMENTS', 'Card'],
    ['DATABASE_URL', 'sqlite:'],
    ['DATABASE_URL', 'sqlite: '],
    ['DATABASE_URL', 'sqlite:file:ledger?mode=memory'],
    ['DATABASE_URL', 'sqlite:./data/tillgate.db?mode=ro'],
    ['DATABASE_URL', 'sqlite:///data/tillgate.db?mode=ro'],
    ['DATABASE_URL', 'sqlite::memory:?cache=shared'],
    ['DATABASE_URL', 'sqlite:~/tillgate.db'],
    ['DATABASE_URL', 'sqlite:./data/'],
    ['DATABASE_URL', 'sqlite://'],
    ['DATABASE_URL', 'sqlite:///'],
    ['DATABASE_URL', 'sqlite://./data/tillgate.db'],
    ['DATABASE_URL', 'sqlite://../tillgate.db'],
    ['DATABASE_URL', 'sqlite://data/tillgate.db'],
    ['DATABASE_URL', 'sqlite://tillgate.db'],
    ['PROBLEM_TYPE_BASE', '/docs/problems#'],
    ['PROBLEM_TYPE_BASE', 'https://pay.shop.example/docs/problems'],
    ['PROBLEM_TYPE_BASE', 'ftp://pay.shop.example/problems#'],
    ['PROBLEM_TYPE_BASE', 'https://pay.shop.example/<problems>#'],
    ['PROBLEM_TYPE_BASE', `https://pay.shop.example/${'a'.repeat(190)}#`],
    ['DATABASE_URL', 'tillgate.db'],
    ['DATABASE_URL', 'postgres:'],
    ['DATABASE_URL', 'postgres:tillgate'],
    ['DATABASE_URL', 'postgres://db.example:port/tillgate'],
    ['DATABASE_URL', 'postgres://tillgate:100%@db.example/tillgate'],
    ['MIGRATE_ON_START', 'yes'],
    ['MIGRATE_ON_START', 'TRUE'],
    ['MIGRATE_ON_START', '0'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'https://shop.example/'],
    ['CORS_ORIGINS', 'https://shop.example/path'],
    ['CORS_ORIGINS', 'shop.example'],
    ['CORS_ORIGINS', 'https://shop.example,https://*.example'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', 'proxy.example'],
    ['TRUST_PROXY', 'abc'],
    ['TRUST_PROXY', '999.0.0.1'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.0/8,::/0'],
    ['TRUST_PROXY', '0.0.0.0/1,128.0.0.0/1'],
    ['TRUST_PROXY', '::/1,8000::/1'],
    ['TRUST_PROXY', '0.0.0.0/1'],
    ['TRUST_PROXY', '64.0.0.0/7'],
    ['TRUST_PROXY', '0.0.0.0/2, 64.0.0.0/2, 128.0.0.0/2, 192.0.0.0/2'],
    ['TRUST_PROXY', '::ffff:0.0.0.0/96'],
    ['TRUST_PROXY', '::ffff:0.0.0.0/97,0:0:0:0:0:ffff:8000:0/97'],
    ['TRUST_PROXY', '2000::/3'],
    ['TRUST_PROXY', '2001::/15'],
    ['TRUST_PROXY', 'fd::/7'],
    ['TRUST_PROXY', 'fc00::/6'],
    ['TRUST_PROXY', '10.0.0.0/'],
    ['TRUST_PROXY', '::::'],
  ])('%s=%j is refused by name, and alone', (name, value) => {
    expect(namedIn(complaint({ ...required, [name]: value }))).toEqual([name])
  })

  test.each([
    ['AUTH_HMAC_SECRET', 'é'.repeat(16)],
    ['PORT', '65535'],
    ['PAYMENT_TIMEOUT_MS', '1000'],
    ['TRUST_PROXY', '192.0.2.1,2001:db8::/32,uniquelocal,linklocal'],
    ['TRUST_PROXY', '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7,fd00::/8,fe80::/10,::1'],
    ['TRUST_PROXY', '130.211.0.0/22,35.191.0.0/16,104.16.0.0/13,104.64.0.0/10,23.32.0.0/11,2600:9000::/28'],
    ['TRUST_PROXY', '::ffff:10.0.0.0/104,::ffff:192.0.2.1,fe80::1%eth0'],
    ['DATABASE_URL', 'sqlite:tillgate.db'],
    ['DATABASE_URL', 'sqlite:../data/tillgate.db'],
    ['DATABASE_URL', 'sqlite:///var/lib/tillgate.db'],
    ['DATABASE_URL', 'sqlite:////var/lib/tillgate.db'],
    ['CORS_ORIGINS', 'https://shop.example:8443'],
    ['DATABASE_URL', 'postgres://tillgate:p%40ss@db.example:5432/tillgate?sslmode=verify-full'],
    ['DATABASE_URL', 'postgresql://db.example/tillgate'],
    ['MIGRATE_ON_START', 'true'],
  ])('%s=%j is taken', (name, value) => {
    expect(complaint({ ...required, [name]: value })).toBe('')
  })

  test('a list of proxies that covers every address is refused, however it is cut', () => {
    const wideAsAllowed = Array.from({ length: 223 }, (_, first) => `${first + 1}.0.0.0/8`).join()
    expect(complaint({ ...required, TRUST_PROXY: wideAsAllowed })).toContain('believe every client')
    const { halves } = fc.letrec<{ halves: string[] }>((tie) => ({
      halves: fc.oneof(
        { maxDepth: 9 },
        fc.constant<string[]>(['']),
        fc
          .tuple(tie('halves'), tie('halves'))
          .map(([low, high]) => [...low.map((bits) => `0${bits}`), ...high.map((bits) => `1${bits}`)]),
      ),
    }))
    const rangeOf = (bits: string) => {
      const bytes = bits.padEnd(32, '0').match(/.{8}/g) ?? []
      return `${bytes.map((byte) => Number.parseInt(byte, 2)).join('.')}/${bits.length}`
    }
    fc.assert(
      fc.property(halves, (cut) => {
        const message = complaint({ ...required, TRUST_PROXY: cut.map(rangeOf).join() })
        expect(message).toContain('which would believe every client')
      }),
    )
  })

  test.each([
    ['BIGCOMMERCE_CLIENT_ID', 'x'],
    ['BIGCOMMERCE_CLIENT_SECRET', 'x'],
    ['EVENTS_URL', 'https://shop.example/events'],
    ['EVENTS_SECRET', eventsSecret],
  ])('%s alone is half a pair', (name, value) => {
    expect(complaint({ ...required, [name]: value })).toContain('set both or neither')
  })
})

describe('where events go', () => {
  const url = 'https://shop.example/events'
  const given = (change: object) => ({ ...required, EVENTS_URL: url, EVENTS_SECRET: eventsSecret, ...change })
  const other = Buffer.alloc(32, 9).toString('base64')

  test.each([
    url,
    'https://10.0.0.7/events?shop=1',
    'http://localhost:8080/events',
    'http://127.0.0.9/events',
    'http://[::1]:8080/events',
    'http://10.1.2.3/events',
    'http://172.31.0.1/events',
    'http://192.168.1.1/events',
    'http://[fd00::1]/events',
    'http://receiver:8080/events',
    'http://events.shop.svc.cluster.local/events',
    'http://events.shop.svc/events',
    'http://events.internal/events',
  ])('%s is taken', (EVENTS_URL) => {
    expect(loadConfig(given({ EVENTS_URL })).events).toEqual({
      url: EVENTS_URL,
      secret: expect.any(Sealed),
    })
  })

  test.each([
    'http://shop.example/events',
    'http://8.8.8.8/events',
    'http://172.32.0.1/events',
    'http://169.254.169.254/events',
    'http://[2001:db8::1]/events',
    'http://[::ffff:8.8.8.8]/events',
    'http://0x08080808/events',
    'http://notlocalhost.example/events',
    'https://user:password@shop.example/events',
    'shop.example/events',
    'ftp://shop.example/events',
  ])('%s is refused', (EVENTS_URL) => {
    expect(namedIn(complaint(given({ EVENTS_URL })))).toEqual(['EVENTS_URL'])
  })

  test.each([
    ['one', eventsSecret],
    ['one without its prefix', other],
    ['two, for a rotation', `${eventsSecret},whsec_${other}`],
    ['two, with a space', `${eventsSecret} ${other}`],
  ])('secrets: %s', (_what, EVENTS_SECRET) => {
    expect(complaint(given({ EVENTS_SECRET }))).toBe('')
  })

  test.each([
    ['three', `${eventsSecret},${eventsSecret},${eventsSecret}`],
    ['none', ','],
    ['one that is short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['one that is no base64', 'whsec_a secret that is long enough, but no base64!'],
    ['a good one and a bad one', `${eventsSecret},whsec_x`],
  ])('no secrets: %s', (_what, EVENTS_SECRET) => {
    expect(namedIn(complaint(given({ EVENTS_SECRET }))).slice(0, 1)).toEqual(['EVENTS_SECRET'])
  })

  test('a secret in a file is read again, and one that cannot be used is not taken', () => {
    const EVENTS_SECRET_FILE = fileOf(eventsSecret)
    const { renewals } = loadConfig({ ...required, EVENTS_URL: url, EVENTS_SECRET_FILE })
    writeFileSync(EVENTS_SECRET_FILE, `${other},${eventsSecret}`)
    const read = renewals.eventsSecret?.()
    expect(read && reveal(read)).toBe(`${other},${eventsSecret}`)
    writeFileSync(EVENTS_SECRET_FILE, 'half')
    expect(renewals.eventsSecret?.()).toBeNull()
  })
})

describe('secrets', () => {
  const values: Record<(typeof SECRETS)[number], string> = {
    BIGCOMMERCE_ACCESS_TOKEN: 'token-from-a-file',
    BIGCOMMERCE_CLIENT_SECRET: 'client-secret-from-a-file',
    BIGCOMMERCE_TRUSTED_PROXY_SECRET: 'proxy-secret-from-a-file',
    AUTH_HMAC_SECRET: 'an HMAC secret of 32 bytes, from a file',
    EVENTS_SECRET: eventsSecret,
    DATABASE_URL: 'sqlite:/from/a/file.db',
  }
  const base = {
    ...required,
    BIGCOMMERCE_CLIENT_ID: 'client-id',
    BIGCOMMERCE_CLIENT_SECRET: 'client-secret',
    EVENTS_URL: 'https://shop.example/events',
    EVENTS_SECRET: eventsSecret,
  }
  const without = (name: string) => Object.fromEntries(Object.entries(base).filter(([one]) => one !== name))

  test.each(SECRETS)(
    '%s is read from the file that its _FILE names, without the newline at its end',
    (name) => {
      for (const end of ['', '\n', '\r\n']) {
        const fromFile = loadConfig({ ...without(name), [`${name}_FILE`]: fileOf(`${values[name]}${end}`) })
        const plain = loadConfig({ ...base, [name]: values[name] })
        expect({ ...fromFile, renewals: null }).toEqual({ ...plain, renewals: null })
      }
    },
  )

  test.each(SECRETS)('%s set twice is refused rather than one of them chosen', (name) => {
    const message = complaint({ ...base, [name]: values[name], [`${name}_FILE`]: fileOf(values[name]) })
    expect(message).toContain(`${name} and ${name}_FILE must not both be set`)
  })

  test.each(SECRETS)('%s in a file that cannot be read is named', (name) => {
    const message = complaint({ ...without(name), [`${name}_FILE`]: join(folder, 'no-such-file') })
    expect(message).toContain(`${name}_FILE must name a readable file.`)
  })

  test('whatever is wrong, no value of any variable is in the message', () => {
    const broken = fc.constantFrom('', ' ', '\n', '*', '://', ',', '\u0000')
    const value = fc.oneof(
      fc.constant(undefined),
      fc.tuple(broken, broken).map(([before, after]) => `${before}canary${after}`),
    )
    const environment = fc.record(Object.fromEntries(names.map((name) => [name, value])))
    const inFiles = fc.record(Object.fromEntries(SECRETS.map((name) => [`${name}_FILE`, value])))
    const files = new Map<string, string>()
    const pathOf = (content: string) => {
      const path = files.get(content) ?? fileOf(content)
      files.set(content, path)
      return path
    }
    fc.assert(
      fc.property(environment, inFiles, (given, contents) => {
        const paths = Object.entries(contents).map(([name, content]) => [
          name,
          content === undefined ? undefined : pathOf(content),
        ])
        const message = complaint({ ...given, ...Object.fromEntries(paths) })
        expect(message).not.toBe('')
        expect(message).not.toContain('canary')
      }),
    )
  })
})

describe('the key of caller tokens', () => {
  const { AUTH_HMAC_SECRET, ...withoutKey } = required
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }))

  test('is a secret, a public key in a file, or published at an address', () => {
    expect(loadConfig({ ...withoutKey, AUTH_HMAC_SECRET }).auth.key.kind).toBe('secret')
    expect(loadConfig({ ...withoutKey, AUTH_JWKS_URL: 'https://id.example/jwks' }).auth.key).toEqual({
      kind: 'set',
      url: 'https://id.example/jwks',
    })
    const { key } = loadConfig({ ...withoutKey, AUTH_PUBLIC_KEY_FILE: fileOf(pem) }).auth
    expect(key.kind === 'public' && key.key.export({ type: 'spki', format: 'pem' })).toBe(pem)
  })

  test.each([
    ['none', {}],
    ['two', { AUTH_HMAC_SECRET, AUTH_JWKS_URL: 'https://id.example/jwks' }],
    [
      'a secret in a file and an address',
      { AUTH_HMAC_SECRET_FILE: fileOf(AUTH_HMAC_SECRET), AUTH_JWKS_URL: 'https://id.example/jwks' },
    ],
  ])('is exactly one of them: %s', (_what, given) => {
    expect(complaint({ ...withoutKey, ...given })).toContain('exactly one is required')
  })

  test.each([
    ['that is not there', join(folder, 'no-such-key')],
    ['without a key', fileOf('no key')],
  ])('a file %s is named', (_what, AUTH_PUBLIC_KEY_FILE) => {
    expect(namedIn(complaint({ ...withoutKey, AUTH_PUBLIC_KEY_FILE }))).toEqual(['AUTH_PUBLIC_KEY_FILE'])
  })

  test('an address with a user or password, which would not be sent, is named without them', () => {
    for (const user of ['canary:pw', ':canary', 'canary']) {
      const message = complaint({ ...withoutKey, AUTH_JWKS_URL: `https://${user}@id.example/jwks` })
      expect(namedIn(message)).toEqual(['AUTH_JWKS_URL'])
      expect(message).not.toContain('canary')
    }
    const url = 'https://id.example/jwks?appid=1'
    expect(loadConfig({ ...withoutKey, AUTH_JWKS_URL: url }).auth.key).toEqual({ kind: 'set', url })
  })

  test.each([
    ['http://id.example/jwks', 'http://203.0.113.7/jwks', 'http://[2001:db8::1]/jwks'],
    ['http://127.0.0.1.example/jwks', 'HTTP://ID.EXAMPLE/jwks', 'http://localhost.example/jwks'],
  ])('are not read in clear over the Internet: %s', (...urls) => {
    for (const url of urls) {
      const message = complaint({ ...withoutKey, AUTH_JWKS_URL: url })
      expect(message).toContain('AUTH_JWKS_URL must be an https address, or an http one of this machine')
      expect(message).not.toContain(url)
    }
  })

  test.each([
    'http://127.0.0.1:8080/jwks',
    'http://[::1]/jwks',
    'http://localhost/jwks',
    'http://keycloak:8080/jwks',
  ])('may be read in clear where no one outside is: %s', (url) => {
    expect(loadConfig({ ...withoutKey, AUTH_JWKS_URL: url }).auth.key).toEqual({ kind: 'set', url })
  })

  test('of a private key only the public half is kept', () => {
    const path = fileOf(String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
    const { key } = loadConfig({ ...withoutKey, AUTH_PUBLIC_KEY_FILE: path }).auth
    expect(key.kind === 'public' && key.key.type).toBe('public')
  })
})

test.each([
  [{}, true],
  [{ TRUST_PROXY: '10.0.0.0/8' }, false],
  [{ VELOCITY_ADDRESS_DECLINES: '0' }, true],
  [{ VELOCITY_ADDRESS_DECLINES: '0', ADDRESS_RATE_LIMIT: '0' }, false],
])('behind a proxy that is not trusted every caller may share one address: %j, %s', (given, mayShare) => {
  expect(mayShareOneAddress(loadConfig({ ...required, ...given }))).toBe(mayShare)
})

describe('where the admin listener is', () => {
  test('is read alone, for the health check', () => {
    expect(loadAdminListener({})).toEqual({ host: '127.0.0.1', port: 9090 })
    expect(loadAdminListener({ HOST: '::', ADMIN_PORT: '9100', PORT: 'http' })).toEqual({
      host: '::1',
      port: 9100,
    })
  })

  test('is refused by name', () => {
    expect(() => loadAdminListener({ ADMIN_PORT: 'canary' })).toThrow(
      / {2}- ADMIN_PORT must be a whole number from 0 to 65535\.$/,
    )
  })
})

describe('where the ledger is', () => {
  test('a path that is written like an address is told how to write it', () => {
    for (const DATABASE_URL of ['sqlite://./canary/x.db', 'sqlite://canary/x.db']) {
      expect(() => loadDatabaseUrl({ DATABASE_URL })).toThrow(/ sqlite:\.\/data\/tillgate\.db .*\.$/)
      expect(() => loadDatabaseUrl({ DATABASE_URL })).not.toThrow(/canary/)
    }
  })

  test('is read alone, because a migration needs no secret of the store', () => {
    expect(loadDatabaseUrl({})).toBe('sqlite:./data/tillgate.db')
    expect(loadDatabaseUrl({ DATABASE_URL: '', PORT: 'http' })).toBe('sqlite:./data/tillgate.db')
    expect(loadDatabaseUrl({ DATABASE_URL: 'postgres://db.example/tillgate' })).toBe(
      'postgres://db.example/tillgate',
    )
    const DATABASE_URL_FILE = fileOf('postgres://tillgate:secret@db.example/tillgate\n')
    expect(loadDatabaseUrl({ DATABASE_URL_FILE })).toBe('postgres://tillgate:secret@db.example/tillgate')
  })

  test.each([
    { DATABASE_URL: 'mysql://canary@db.example' },
    { DATABASE_URL_FILE: '/no-such-canary' },
    { DATABASE_URL: 'sqlite:canary', DATABASE_URL_FILE: fileOf('sqlite:canary') },
  ])('is refused by name, and its value is not told: %j', (environment) => {
    const load = () => loadDatabaseUrl(environment)
    expect(load).toThrow(/ {2}- DATABASE_URL.*\.$/m)
    expect(load).not.toThrow(/canary/)
  })
})
