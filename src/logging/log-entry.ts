import { holdsCardNumber } from '../domain/card-number.ts'
import { EVENT_TYPES } from '../domain/payment-event.ts'
import { PROBLEM_CODES } from '../domain/problems.ts'

/** Every event that is logged, word for word. Any other message may quote anything, so it is not written. */
export const LOG_EVENTS = [
  'abandoned payment recovered',
  'abandoned payments recovered',
  'caller asks for too many orders of others',
  'caller token refused',
  'cards go to a host that is not of BigCommerce',
  'card-testing places not given back',
  'charge answered',
  'charge got no answer',
  'charge refused with 429',
  'closed',
  'could not start',
  'database connection lost',
  'event delivered',
  'event delivery not recorded',
  'event given up',
  'event not delivered',
  'event round failed',
  'events brought forward, the clock was set back',
  'every caller may share one address',
  'duplicate charge detected',
  'file cannot be used, keeping what was read before',
  'file read again',
  'late charge detected',
  'look for an order failed',
  'forwarded address unusable',
  'management call refused with 429',
  'ledger mark cannot be written',
  'ledger mark not written',
  'ledger takes no payments',
  'ledger takes payments again',
  'migration waits for a lock',
  'old events deleted',
  'old idempotency keys deleted',
  'order of a checkout asked for',
  'order of a checkout found',
  'other users can open the file of a secret',
  'outcome not recorded',
  'payment methods left out',
  'payment needs review',
  'payment not sent',
  'payment reconciled',
  'payment refused after too many declines',
  'payment refused after too many failed attempts',
  'payment refused while too many are running',
  'permit not given back',
  'permits come back later, the clock was set forward',
  'permits not created yet',
  'permits not held back',
  'permits put right, the clock was set back',
  'published keys cannot be used',
  'reconciliation look failed',
  'reconciliation round failed',
  'request answered',
  'request failed',
  'shutting down',
  'starting',
  'store token goes to a host that is not of BigCommerce',
  'store token refused',
  'store token taken again',
  'unaccounted charge detected',
  'unknown variable',
] as const
export type LogEvent = (typeof LOG_EVENTS)[number]

/** Messages with an address or a number of ours, and those of close-with-grace. */
const SPOKEN = [
  /^(metrics|listening|Server listening) at https?:\/\/[\w.[\]:-]{1,80}(\/metrics)?$/,
  /^second (error|SIG[A-Z]{1,8}), exiting$/,
  /^killed by timeout \(\d{1,9}ms\)$/,
]
const events = new Set<string>(LOG_EVENTS)

type Shape = (value: unknown) => boolean

const text =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && pattern.test(value)
const oneOf = (words: readonly string[]): Shape => text(new RegExp(`^(${words.join('|')})$`))
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']
/** Counts, durations and ids of BigCommerce's are shorter than any card number. */
const number: Shape = (value) => typeof value === 'number' && Math.abs(value) < 1e11
/** A word from our code. It has no digit, so it is no number in any alphabet. */
const word = text(/^[A-Za-z_]{1,48}$/)
/** Node's, OpenSSL's and undici's codes (`ECONNRESET`, `ERR_SSL_TLSV13_ALERT`) and those of SQL (`57P01`). */
const errorCode = text(/^(?!.*\d{3})[A-Z][A-Z0-9_]{2,47}$|^[0-9A-Z]{5}$/)

/** Every field that is logged and what it may hold. Other fields, and other values, are not written. */
const FIELDS = {
  addressDeclines: number,
  addressPerMinute: number,
  callerDeclines: number,
  callerPerMinute: number,
  charges: number,
  code: oneOf(PROBLEM_CODES),
  connected: (value) => typeof value === 'boolean',
  deleted: number,
  durationMs: number,
  events: number,
  eventType: oneOf(EVENT_TYPES),
  failure: (value) => word(value) || errorCode(value),
  forMs: number,
  hasEvents: (value) => typeof value === 'boolean',
  instruments: text(/^[a-z_]{1,32}(,[a-z_]{1,32}){0,9}$/),
  ledger: oneOf(['sqlite', 'postgres']),
  leftOut: number,
  from: word,
  method: oneOf(METHODS),
  // Of a file: owner, group and all.
  mode: text(/^0[0-7]{3}$/),
  name: word,
  orderAttempts: number,
  orderId: number,
  outcome: word,
  paymentsMax: number,
  paymentTimeoutMs: number,
  paymentId: text(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  reason: word,
  queueMaxWaitMs: number,
  released: number,
  renewal: word,
  // The caller may have chosen it.
  requestId: (value) => text(/^[A-Za-z0-9._-]{8,64}$/)(value) && !holdsCardNumber(String(value)),
  retryAfterSeconds: number,
  // A template of ours, without what the caller put into the path.
  route: text(/^(none|\*|(\/(:?[A-Za-z][A-Za-z.-]*|\*)?)+)$/),
  signal: text(/^SIG[A-Z]{1,8}$/),
  status: number,
  // As BigCommerce names stores.
  store: (value) => text(/^[A-Za-z0-9]{1,64}$/)(value) && !holdsCardNumber(String(value)),
  to: word,
  tries: number,
  unknown: number,
  variable: word,
  version: text(/^\d{1,3}(\.\d{1,3}){2}(-[a-z]{1,8}(\.\d{1,3})?)?$/),
  windowMs: number,
} satisfies Record<string, Shape>

/** The fields of an entry: those that are listed, and the error where there is one. */
export type LogFields = { readonly [Name in keyof typeof FIELDS | 'err']?: unknown }

/** The part of a logger that the service uses: an event's fields first, then its name. Only what is listed is written. */
export interface Log {
  info(fields: LogFields, event: LogEvent): void
  warn(fields: LogFields, event: LogEvent): void
  error(fields: LogFields, event: LogEvent): void
  /** The same log, whose every line has these fields too. */
  child(fields: LogFields): Log
}

const shapes: Readonly<Record<string, Shape>> = {
  ...FIELDS,
  level: number,
  time: text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
}

export interface ListedEntry extends LogFields {
  readonly msg: string
  readonly refused?: number
}

/** What may be written of an entry. The rest is dropped; `refused` counts it. */
export function listedEntry(entry: Readonly<Record<string, unknown>>): ListedEntry {
  const { msg, err, ...fields } = entry
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  const kept = given.filter(([name, value]) => Object.hasOwn(shapes, name) && shapes[name]?.(value))
  const error = err === undefined || err === null ? {} : { err: listedError(err) }
  const isListed = typeof msg === 'string' && (events.has(msg) || SPOKEN.some((spoken) => spoken.test(msg)))
  const refused = given.length - kept.length
  return {
    ...Object.fromEntries(kept),
    ...error,
    ...(refused > 0 ? { refused } : {}),
    msg: isListed ? msg : 'unlisted event',
  }
}

/**
 * The line of a request as `plugins/request-logging.ts` makes it, which is most of what is logged. What matches has passed the gate
 * above, whose words and shapes these are; a test compares.
 */
const requestLine = new RegExp(
  `^\\{"level":30,"time":"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z","requestId":"([A-Za-z0-9._-]{8,64})"(,"orderId":[1-9]\\d{0,9})?,` +
    `"method":"(?:${METHODS.join('|')})","route":"(?:none|(?:/:?[A-Za-z][A-Za-z-]*){1,8})","status":[1-5]\\d\\d,"durationMs":(?:0|[1-9]\\d{0,6})(?:\\.[1-9])?,"msg":"request answered"\\}\\n$`,
)

/** A line of the logger, as it may be written. */
export function listedLine(line: string): string {
  const [, requestId] = requestLine.exec(line) ?? []
  if (requestId !== undefined && !holdsCardNumber(requestId)) return line
  return `${JSON.stringify(listedEntry(JSON.parse(line)))}\n`
}

/** Where an error was, as V8 writes the lines of its own stack traces about files of ours and of Node's. */
const frame =
  /^ {4}at (async )?([\w$.<>#[\] ]{1,120} \()?((file:\/\/)?\/[\w./@+-]{1,300}|node:[\w/]{1,60}):\d{1,7}:\d{1,5}\)?$/
/**
 * An error as it may be logged: what kind, which code, where. Never its message: even V8's own may quote what was received
 * ("Cannot use 'in' operator to search for 'type' in 4242…").
 */
function listedError(error: unknown): object {
  if (typeof error !== 'object' || error === null) return {}
  const { type, code, stack, cause } = error as Readonly<Record<string, unknown>>
  return {
    ...(word(type) ? { type } : {}),
    ...(errorCode(code) || word(code) ? { code } : {}),
    ...(Array.isArray(stack) ? { stack: stack.filter(text(frame)).join('\n') } : {}),
    ...(cause === undefined ? {} : { cause: listedError(cause) }),
  }
}
