import { homedir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import { Sealed } from '../domain/sealed.ts'
import { type AuthKey, authKeyOf } from './auth-key.ts'
import { type Environment, type LooseFile, readEnvironment } from './environment.ts'
import { HOSTS, mismatchesOf } from './mismatches.ts'
import { type Renewals, renewalsOf } from './renewals.ts'
import { type TlsMaterial, tlsOf } from './tls.ts'
import { type UnknownVariable, unknownVariables } from './unknown-variables.ts'
import { Env } from './variables.ts'

/** Everything that can be set, checked. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly adminPort: number
  /** null for plain HTTP. */
  readonly tls: TlsMaterial | null
  readonly trustProxy: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly problemTypeBase: string
  readonly rateLimits: { readonly addressPerMinute: number; readonly callerPerMinute: number }
  /** The limits against card testing, each within one window; 0 for none. */
  readonly velocity: {
    /** Attempts on one order that did not succeed. */
    readonly orderAttempts: number
    /** Declines of one caller. */
    readonly callerDeclines: number
    /** Declines from one client address. */
    readonly addressDeclines: number
    readonly windowMs: number
  }
  /** Whether callers are told why a bank declined. */
  readonly hasOpaqueDeclines: boolean
  /** Whether one checkout is charged once, whichever of its orders is paid. */
  readonly hasCheckoutFence: boolean
  /** Whether checkouts can be paid. */
  readonly hasCheckoutPayments: boolean
  readonly logLevel: string
  /** Whether OpenTelemetry, which reads its own variables, has anywhere to send traces to. */
  readonly isTraced: boolean
  readonly databaseUrl: string
  /** Where it is noted which payment was last sent from a ledger on SQLite. */
  readonly markFolder: string
  readonly migrateOnStart: boolean
  readonly bigcommerce: {
    readonly storeHash: string
    readonly accessToken: Sealed<string>
    readonly apiUrl: string
    readonly paymentsUrl: string
    /** The app whose Current Customer JWTs are accepted; null for none. */
    readonly app: { readonly clientId: string; readonly clientSecret: string } | null
    readonly trustedProxySecret: string | null
  }
  /** Where payments' ends are told, and what signs them; null for nowhere. */
  readonly events: { readonly url: string; readonly secret: Sealed<string> } | null
  readonly auth: {
    readonly issuer: string
    readonly audience: string
    readonly key: AuthKey
    readonly lifeSecondsMax: number
  }
  /** The store's allowance of payments, and how long a payment waits for its turn. */
  readonly paymentRate: {
    readonly limit: number
    readonly windowMs: number
    readonly marginMs: number
    readonly queueMaxWaitMs: number
  }
  readonly paymentTimeoutMs: number
  /** From SIGTERM until the port is closed. */
  readonly shutdownDelayMs: number
  readonly instruments: ReadonlySet<InstrumentType>
  /** Files of secrets that other users can open; worth a warning. */
  readonly looseFiles: readonly LooseFile[]
  /** Unknown variables that look like known ones; worth a warning. */
  readonly unknownVariables: readonly UnknownVariable[]
  readonly renewals: Renewals
}

/** The configuration cannot be used. Names every wrong variable at once, each in a sentence, none with its value. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration'
  readonly sentences: readonly string[]

  constructor(sentences: readonly string[]) {
    super(`The configuration is not valid:\n${sentences.map((sentence) => `  - ${sentence}`).join('\n')}`)
    this.sentences = sentences
  }
}

/**
 * Reads the configuration; the one place that reads the environment.
 *
 * @throws InvalidConfiguration
 */
export function loadConfig(environment: Environment = process.env): Config {
  const { given, wrong, looseFiles } = readEnvironment(environment)
  const variables = Env.safeParse(given)
  const key = authKeyOf(given)
  const tls = tlsOf(given)
  const sentences = [...wrong, ...sentencesOf(variables)]
  if (typeof key === 'string') sentences.push(key)
  if (typeof tls === 'string') sentences.push(tls)
  if (!given.BIGCOMMERCE_CLIENT_ID !== !given.BIGCOMMERCE_CLIENT_SECRET) {
    sentences.push('BIGCOMMERCE_CLIENT_ID and BIGCOMMERCE_CLIENT_SECRET go together: set both or neither.')
  }
  if (!given.EVENTS_URL !== !given.EVENTS_SECRET)
    sentences.push('EVENTS_URL and EVENTS_SECRET go together: set both or neither.')
  if (variables.data) sentences.push(...mismatchesOf(variables.data))
  const unknown = unknownVariables(Object.keys(given))
  if (!variables.success || typeof key === 'string' || typeof tls === 'string' || sentences.length > 0) {
    const questions = unknown.map(({ variable, name }) => `${variable} is unknown. Did you mean ${name}?`)
    throw new InvalidConfiguration([...sentences, ...questions])
  }
  return {
    ...toConfig(variables.data, key),
    tls,
    looseFiles,
    unknownVariables: unknown,
    renewals: renewalsOf(given),
  }
}

/**
 * Reads where the ledger is and nothing else: a migration needs no secret of the store.
 *
 * @throws InvalidConfiguration
 */
export function loadDatabaseUrl(environment: Environment = process.env): string {
  const { DATABASE_URL, DATABASE_URL_FILE } = environment
  const { given, wrong } = readEnvironment({ DATABASE_URL, DATABASE_URL_FILE })
  const variables = Env.pick({ DATABASE_URL: true }).safeParse(given)
  const sentences = [...wrong, ...sentencesOf(variables)]
  if (!variables.success || sentences.length > 0) throw new InvalidConfiguration(sentences)
  return variables.data.DATABASE_URL
}

/**
 * Reads where the ledger is, and where it is noted what was sent from it.
 *
 * @throws InvalidConfiguration
 */
export function loadLedgerPlace(environment: Environment = process.env): {
  databaseUrl: string
  markFolder: string
} {
  const databaseUrl = loadDatabaseUrl(environment)
  return { databaseUrl, markFolder: markFolderOf(environment.LEDGER_MARK_DIR || undefined) }
}

const markFolderOf = (given: string | undefined) => given ?? join(homedir(), '.local/state/tillgate')

/** Of the management or the payments host, where no other address is configured. */
export const defaultUrl = (name: keyof typeof HOSTS, storeHash: string) =>
  `https://${HOSTS[name]}/stores/${storeHash}`

/**
 * Where the admin listener of the service on this machine is; for its health check.
 *
 * @throws InvalidConfiguration
 */
export function loadAdminListener(environment: Environment = process.env): { host: string; port: number } {
  const { given } = readEnvironment({ HOST: environment.HOST, ADMIN_PORT: environment.ADMIN_PORT })
  const variables = Env.pick({ HOST: true, ADMIN_PORT: true }).safeParse(given)
  if (!variables.success) throw new InvalidConfiguration(sentencesOf(variables))
  const { HOST, ADMIN_PORT } = variables.data
  const host = HOST === '0.0.0.0' ? '127.0.0.1' : HOST === '::' ? '::1' : HOST
  return { host, port: ADMIN_PORT }
}

/** Where the loaders read, unless they are told otherwise. */
export const ownEnvironment: Environment = process.env

export const sentencesOf = ({ error }: { error?: z.ZodError }) =>
  error?.issues.map(({ path, message }) => `${path.join('.')} ${message}.`) ?? []

function toConfig(
  env: z.output<typeof Env>,
  key: AuthKey,
): Omit<Config, 'tls' | 'looseFiles' | 'unknownVariables' | 'renewals'> {
  const storeHash = env.BIGCOMMERCE_STORE_HASH
  const { BIGCOMMERCE_CLIENT_ID: clientId, BIGCOMMERCE_CLIENT_SECRET: clientSecret } = env
  const { EVENTS_URL: eventsUrl, EVENTS_SECRET: eventsSecret } = env
  return {
    host: env.HOST,
    port: env.PORT,
    adminPort: env.ADMIN_PORT,
    trustProxy: env.TRUST_PROXY,
    corsOrigins: env.CORS_ORIGINS,
    problemTypeBase: env.PROBLEM_TYPE_BASE,
    rateLimits: { addressPerMinute: env.ADDRESS_RATE_LIMIT, callerPerMinute: env.CALLER_RATE_LIMIT },
    velocity: {
      orderAttempts: env.VELOCITY_ORDER_ATTEMPTS,
      callerDeclines: env.VELOCITY_CALLER_DECLINES,
      addressDeclines: env.VELOCITY_ADDRESS_DECLINES,
      windowMs: env.VELOCITY_WINDOW_SECONDS * 1_000,
    },
    hasOpaqueDeclines: env.DECLINE_DETAIL === 'opaque',
    hasCheckoutFence: env.CHECKOUT_FENCE,
    hasCheckoutPayments: env.CHECKOUT_PAYMENTS,
    logLevel: env.LOG_LEVEL,
    isTraced: env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    databaseUrl: env.DATABASE_URL,
    markFolder: markFolderOf(env.LEDGER_MARK_DIR),
    migrateOnStart: env.MIGRATE_ON_START,
    bigcommerce: {
      storeHash,
      accessToken: new Sealed(env.BIGCOMMERCE_ACCESS_TOKEN),
      apiUrl: env.BIGCOMMERCE_API_URL ?? defaultUrl('BIGCOMMERCE_API_URL', storeHash),
      paymentsUrl: env.BIGCOMMERCE_PAYMENTS_URL ?? defaultUrl('BIGCOMMERCE_PAYMENTS_URL', storeHash),
      app: clientId && clientSecret ? { clientId, clientSecret } : null,
      trustedProxySecret: env.BIGCOMMERCE_TRUSTED_PROXY_SECRET ?? null,
    },
    events: eventsUrl && eventsSecret ? { url: eventsUrl, secret: new Sealed(eventsSecret) } : null,
    auth: {
      issuer: env.AUTH_ISSUER,
      audience: env.AUTH_AUDIENCE,
      key,
      lifeSecondsMax: env.AUTH_TOKEN_MAX_LIFE_SECONDS,
    },
    paymentRate: {
      limit: env.PAYMENT_RATE_LIMIT,
      windowMs: env.PAYMENT_RATE_WINDOW_MS,
      marginMs: env.PAYMENT_RATE_MARGIN_MS,
      queueMaxWaitMs: env.PAYMENT_QUEUE_MAX_WAIT_MS,
    },
    paymentTimeoutMs: env.PAYMENT_TIMEOUT_MS,
    shutdownDelayMs: env.SHUTDOWN_DELAY_MS,
    instruments: new Set(env.PAYMENT_INSTRUMENTS),
  }
}
