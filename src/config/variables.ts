import { z } from 'zod'
import { INSTRUMENT_TYPES, type InstrumentType } from '../domain/payment-instrument.ts'
import { PROBLEM_TYPE_BASE } from '../domain/problems.ts'
import {
  address,
  areEventSecrets,
  baseUrl,
  claim,
  databaseUrl,
  flag,
  isEventsUrl,
  isOrigin,
  keysUrl,
  list,
  required,
  upstreamBase,
  wholeNumber,
} from './rules.ts'
import { areProxies } from './trusted-proxies.ts'

const instruments = new Set<string>(INSTRUMENT_TYPES)
const isInstrument = (word: string): word is InstrumentType => instruments.has(word)

/**
 * Every variable, once: its rule and its meaning. docs/configuration.md is generated from this. A message continues the sentence that begins with the variable's name, and never quotes the value.
 */
export const Env = z.object({
  HOST: z.string().default('0.0.0.0').describe('Address that both ports listen on.'),
  PORT: wholeNumber(0, 65_535)
    .default(3000)
    .describe('Port of the API. 0 takes a free one, which the log names.'),
  ADMIN_PORT: wholeNumber(0, 65_535)
    .default(9090)
    .describe(
      'Port of `/metrics`. It has no authentication, so let only your own network reach it. 0 takes a free one, which the log names.',
    ),
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      'Path of a PEM certificate followed by its chain; turns HTTPS on. Read again on SIGHUP, like the two below.',
    ),
  TLS_KEY_FILE: z.string().optional().describe('Path of its PEM private key, without a passphrase.'),
  TLS_CLIENT_CA_FILE: z
    .string()
    .optional()
    .describe(
      'Path of the PEM certificate of the CA that signs clients’ certificates; turns mutual TLS on, for every route.',
    ),
  TRUST_PROXY: list
    .refine(
      areProxies,
      'must list addresses or CIDRs of your proxies, and none wider than /8 (of IPv6 than /16, private ones apart) nor half of IPv4 together, which would believe every client',
    )
    .default([])
    .describe(
      'Comma list of addresses or CIDRs of your proxies. Their `X-Forwarded-For` (read from the right, with or without ports) and `X-Forwarded-Proto` are believed. No range may be wider than /8 (IPv6: /16, unless it is private).',
    ),
  CORS_ORIGINS: list
    .refine((all) => all.every(isOrigin), 'must list origins such as https://shop.example, without a path')
    .default([])
    .describe('Comma list of origins whose pages may call the API from the browser.'),
  PROBLEM_TYPE_BASE: z
    .string()
    .max(190, 'must be shorter than 190 characters')
    .refine(
      (text) => address(text) && /^https?:\/\/[^\s"<>]+[#/=]$/.test(text),
      'must be an http or https address that ends with #, / or =, since a code follows',
    )
    .default(PROBLEM_TYPE_BASE)
    .describe(
      'What the `type` of each problem begins with; its code follows. The page of all problems is also served at `/docs/problems`, so `https://pay.shop.example/docs/problems#` leads there.',
    ),
  ADDRESS_RATE_LIMIT: wholeNumber(0, 1_000_000)
    .default(600)
    .describe(
      'Requests per minute from one client address (for IPv6: one /64) to one instance, counted before authentication. 0 turns it off. A server that calls for many shoppers needs more.',
    ),
  CALLER_RATE_LIMIT: wholeNumber(0, 1_000_000)
    .default(300)
    .describe(
      'Requests per minute from one caller to one instance, counted after authentication; one in thirty may be for an order that the caller does not have. 0 turns it off. A server that calls for many shoppers needs more.',
    ),
  VELOCITY_ORDER_ATTEMPTS: wholeNumber(0, 10_000)
    .default(5)
    .describe('Declined attempts on one order within the window. 0 turns it off.'),
  VELOCITY_CALLER_DECLINES: wholeNumber(0, 10_000)
    .default(10)
    .describe(
      'Declined payments of one caller within the window. 0 turns it off. So many running at once are let in, and others wait a moment; five times as many are the most. Does not count tokens with `orders:any`, which serve many shoppers.',
    ),
  VELOCITY_ADDRESS_DECLINES: wholeNumber(0, 10_000)
    .default(30)
    .describe(
      'Declined payments from one client address (for IPv6: one /64; one /48 gets four times as many) within the window, and payments that are running, as above. 0 turns it off. A server whose token has `orders:any` is not counted itself, only the shoppers whose addresses it forwards: list it in `TRUST_PROXY`.',
    ),
  VELOCITY_WINDOW_SECONDS: wholeNumber(1, 604_800)
    .default(3600)
    .describe('How long a decline counts, in seconds.'),
  CHECKOUT_FENCE: flag
    .default(true)
    .describe(
      'One charge for one checkout, whichever of its orders is paid. With `false` two orders of one checkout can both be charged; it saves one read of the order for callers whose token does not name a customer.',
    ),
  CHECKOUT_PAYMENTS: flag
    .default(false)
    .describe(
      'Whether checkouts can be paid, and not orders alone: the service makes the order. Needs the OAuth scope that modifies checkouts (`store_checkout`), and `CHECKOUT_FENCE`.',
    ),
  DECLINE_DETAIL: z
    .enum(['full', 'opaque'], { error: 'must be full or opaque' })
    .default('full')
    .describe(
      'Whether a declined payment says why. With `opaque`, every reason of a bank becomes the same answer: `payment_declined`, without `bigcommerce_code`.',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info')
    .describe('How much is logged.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl
    .optional()
    .describe(
      'Where to send traces (OTLP over HTTP, JSON). Without it there are none. OpenTelemetry reads its other variables, such as `OTEL_SERVICE_NAME`, itself.',
    ),
  BIGCOMMERCE_STORE_HASH: required('the store hash, as in the API path')
    .regex(/^[A-Za-z0-9]{1,64}$/, 'must be letters and digits, as in the API path')
    .describe('The store’s hash, as in the API path.'),
  BIGCOMMERCE_ACCESS_TOKEN: required("the store's OAuth token")
    .regex(/^[\x21-\x7e]+$/, 'must be one line of visible characters')
    .describe(
      "The store's OAuth token; SECURITY.md lists its scopes. A file is read again on SIGHUP, and when BigCommerce refuses the token.",
    ),
  BIGCOMMERCE_API_URL: upstreamBase('BIGCOMMERCE_API_URL')
    .optional()
    .describe(
      'Base URL of the management API, with its path and nothing behind the store’s hash: https, and of the same store, unless it is on this machine. Default `https://api.bigcommerce.com/stores/{hash}`.',
    ),
  BIGCOMMERCE_PAYMENTS_URL: upstreamBase('BIGCOMMERCE_PAYMENTS_URL')
    .optional()
    .describe(
      'Base URL of the payments host, with its path and nothing behind the store’s hash: https, and of the same store, unless it is on this machine. Default `https://payments.bigcommerce.com/stores/{hash}`.',
    ),
  BIGCOMMERCE_CLIENT_ID: z
    .string()
    .optional()
    .describe('Client id of your BigCommerce app: accepts Current Customer JWTs and verifies webhooks.'),
  BIGCOMMERCE_CLIENT_SECRET: z
    .string()
    .optional()
    .describe('Client secret of that app. Set both or neither.'),
  BIGCOMMERCE_TRUSTED_PROXY_SECRET: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be one line of visible characters')
    .optional()
    .describe(
      "A secret from BigCommerce support. With it, the shopper's address is passed on as `True-Client-IP`.",
    ),
  AUTH_ISSUER: claim('the `iss` of caller tokens').describe('The `iss` of caller tokens.'),
  AUTH_AUDIENCE: claim('the `aud` of caller tokens').describe('The `aud` of caller tokens.'),
  AUTH_JWKS_URL: keysUrl
    .optional()
    .describe(
      'Where the issuer publishes the keys of caller tokens (JWKS): `https`, or `http` to a loopback or private address.',
    ),
  AUTH_PUBLIC_KEY_FILE: z
    .string()
    .optional()
    .describe('Path of the PEM public key that verifies caller tokens. Read again on SIGHUP.'),
  AUTH_HMAC_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'must be 32 bytes or more')
    .optional()
    .describe('Shared secret that verifies caller tokens (HS256), 32 bytes or more.'),
  AUTH_TOKEN_MAX_LIFE_SECONDS: wholeNumber(60, 31_536_000)
    .default(86_400)
    .describe(
      'Longest life of a caller token, in seconds, from `iat` (or now) to `exp`. Tokens that live longer are refused, since a stolen one works until it expires.',
    ),
  EVENTS_URL: z
    .string()
    .refine(isEventsUrl, 'must be an https address, or an http one of this machine or a private network')
    .optional()
    .describe(
      'Where to report what becomes of payments, as signed events (docs/integrate/events.md): `https`, or `http` to a loopback or private address. Goes with `EVENTS_SECRET`. Without it nothing is kept or sent.',
    ),
  EVENTS_SECRET: z
    .string()
    .refine(
      areEventSecrets,
      'must be one secret or two: `whsec_` and 24 bytes or more in base64, a comma between them',
    )
    .optional()
    .describe(
      'What signs the events (Standard Webhooks): `whsec_` and 24 random bytes or more in base64. Two, with a comma between them, while you replace one by the other. A file is read again on SIGHUP.',
    ),
  DATABASE_URL: databaseUrl
    .default('sqlite:./data/tillgate.db')
    .describe(
      'The ledger: `sqlite:PATH` on a local disk (`sqlite:./data/…` from the working directory, `sqlite:/data/…` from the root), or `postgres://…`, which several instances share.',
    ),
  LEDGER_MARK_DIR: z
    .string()
    .optional()
    .describe(
      'Folder in which the service notes which payment it last sent from a SQLite ledger, so that an empty or older file is not taken for it. Put it on another disk or volume than the ledger. Default `.local/state/tillgate` in the home of the user.',
    ),
  MIGRATE_ON_START: flag
    .default(true)
    .describe(
      'Whether a start migrates the ledger. With `false`, run `npm run migrate`; the service is not ready until then.',
    ),
  PAYMENT_RATE_LIMIT: wholeNumber(1, 10_000)
    .default(50)
    .describe('Payments that BigCommerce takes from the store in one window, over all instances.'),
  PAYMENT_RATE_WINDOW_MS: wholeNumber(100, 600_000)
    .default(4_000)
    .describe('Length of that window, in milliseconds.'),
  PAYMENT_RATE_MARGIN_MS: wholeNumber(0, 60_000)
    .default(200)
    .describe(
      'By how much the travel times of two payments to BigCommerce may differ, in milliseconds. More is safer and uses less of the allowance.',
    ),
  PAYMENT_QUEUE_MAX_WAIT_MS: wholeNumber(0, 60_000)
    .default(5_000)
    .describe(
      'How long a payment may wait for its turn, in milliseconds. Payments that would wait longer get 429.',
    ),
  PAYMENT_TIMEOUT_MS: wholeNumber(1_000, 600_000)
    .default(60_000)
    .describe(
      'How long to wait for the answer to a charge, in milliseconds. After that its outcome is unknown.',
    ),
  SHUTDOWN_DELAY_MS: wholeNumber(0, 300_000)
    .default(0)
    .describe(
      'How long an instance that gets SIGTERM goes on as before while it is not ready, in milliseconds, so that load balancers stop sending it requests before it closes its port. Set it to the time that yours takes to notice; behind none, 0 is right. The grace period must be longer than this, `PAYMENT_QUEUE_MAX_WAIT_MS`, `PAYMENT_TIMEOUT_MS` and five seconds together.',
    ),
  PAYMENT_INSTRUMENTS: list
    .refine((all): all is InstrumentType[] => all.length > 0 && all.every(isInstrument), {
      error: `must list some of ${INSTRUMENT_TYPES.join(', ')}`,
    })
    .default([...INSTRUMENT_TYPES])
    .describe(
      'Comma list of the instrument types that are accepted. Without `card`, no card number gets in.',
    ),
})

/** Never printed. Each may also come from the file that NAME_FILE names. */
export const SECRETS = [
  'BIGCOMMERCE_ACCESS_TOKEN',
  'BIGCOMMERCE_CLIENT_SECRET',
  'BIGCOMMERCE_TRUSTED_PROXY_SECRET',
  'AUTH_HMAC_SECRET',
  'EVENTS_SECRET',
  'DATABASE_URL',
] as const satisfies readonly (keyof typeof Env.shape)[]
