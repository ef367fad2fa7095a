import type { PaymentEvent } from './types.ts'

/** The event is not from Tillgate, is not whole, or is too old: answer 400 and do nothing. */
export class EventNotVerified extends Error {
  override readonly name = 'EventNotVerified'
}

/** Headers as `fetch` and Next.js have them, or as Node and Express do. */
export type EventHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

export interface VerifyEventOptions {
  /** The body as it came, byte by byte, before anything has parsed it. */
  readonly body: string | Uint8Array
  readonly headers: EventHeaders
  /** `EVENTS_SECRET` as Tillgate has it. Give both while you replace one. */
  readonly secret: string | readonly string[]
  /** How much clocks may differ, and how long an event may travel; five minutes if you say nothing. */
  readonly toleranceSeconds?: number
  /** Milliseconds since the epoch, for tests. */
  readonly now?: () => number
}

export interface VerifiedEvent {
  /** The same at every try: keep it, to know an event that comes twice. */
  readonly id: string
  readonly event: PaymentEvent
}

const toleranceSecondsDefault = 5 * 60

/**
 * Checks an event that Tillgate has sent to `EVENTS_URL`, by the scheme of Standard Webhooks. Comparing takes as long whatever the
 * signature is.
 *
 * @throws EventNotVerified
 */
export async function verifyEvent(options: VerifyEventOptions): Promise<VerifiedEvent> {
  const { body, headers, secret, toleranceSeconds = toleranceSecondsDefault, now = Date.now } = options
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  )
  if (!id || !timestamp || !signatures)
    throw new EventNotVerified('A header of Standard Webhooks is missing.')
  const sentAtSeconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN
  if (!(Math.abs(now() / 1000 - sentAtSeconds) <= toleranceSeconds))
    throw new EventNotVerified('It was sent too long ago, or the clocks differ.')
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes)
  if (!(await isSigned(signed, signatures, secretsOf(secret))))
    throw new EventNotVerified('No signature is right for this secret and body.')
  return { id, event: parsed(bytes) }
}

const secretsOf = (secret: string | readonly string[]): string[] =>
  (typeof secret === 'string' ? [secret] : secret).flatMap((text) =>
    text.split(/[\s,]+/).filter((word) => word !== ''),
  )

async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: string,
  secrets: readonly string[],
): Promise<boolean> {
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => bytesOf(signature.slice('v1,'.length)))
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  for (const secret of secrets) {
    const raw = bytesOf(secret.replace(/^whsec_/, ''))
    if (!raw || raw.length === 0) throw new TypeError('A secret is whsec_ and base64, as in EVENTS_SECRET.')
    const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify'])
    for (const signature of given)
      if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) return true
  }
  return false
}

function headerOf(headers: EventHeaders, name: string): string | undefined {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  const found = Object.entries(headers).find(([one]) => one.toLowerCase() === name)?.[1]
  return typeof found === 'string' ? found : undefined
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** null where the text is no base64. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  } catch {
    return null
  }
}

function parsed(bytes: Uint8Array): PaymentEvent {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as PaymentEvent
  } catch {
    throw new EventNotVerified('The body is no JSON.')
  }
}
