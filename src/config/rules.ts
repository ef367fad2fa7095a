import { z } from 'zod'
import { eventSecretsIn, isEventSecret } from '../domain/event-secrets.ts'
import { isPostgresUrl, sqlitePath } from '../domain/ledger-url.ts'
import { mayBePrivateHost } from '../domain/private-address.ts'
import { HOSTS } from './mismatches.ts'

/** The kinds of rule that variables have. A message continues the sentence that begins with the variable's name. */
export const required = (meaning: string) => z.string({ error: `is required: ${meaning}` })
/** A word that is compared letter by letter with the one in a token. */
export const claim = (meaning: string) =>
  required(meaning).refine((text) => text === text.trim(), 'must have no blank at its beginning or end')
export const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((value) => value >= min && value <= max, error)
}
export const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((word) => word === 'true')
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
)
export const address = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
export const baseUrl = z
  .string()
  .refine(address, 'must be an http or https address')
  .transform((text) => text.replace(/\/+$/, ''))
const namesNoUser = (text: string) => {
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
/** Plain where no one outside reaches it: keys that are changed on the way would let anyone be any caller. */
const isGuarded = (text: string) => {
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || mayBePrivateHost(hostname)
}
export const keysUrl = baseUrl
  .refine(namesNoUser, 'must have no user or password: neither would be sent')
  .refine(isGuarded, 'must be an https address, or an http one of this machine or a private network')
export const isOrigin = (text: string) =>
  address(text) && new URL(text).origin === text && !text.includes('*')

/**
 * Base of the management or payments host. Requests add `/v3/orders/…` or `/payments` to it, and nothing of a user, a query or a fragment
 * would be sent with them.
 */
export const upstreamBase = (name: keyof typeof HOSTS) =>
  baseUrl.refine(
    isUpstreamBase,
    `must look like https://${HOSTS[name]}/stores/HASH: no user or password, no ? or #, and no /v2, /v3 or anything else after the hash`,
  )
function isUpstreamBase(text: string): boolean {
  const { pathname } = new URL(text)
  return namesNoUser(text) && !/[?#]/.test(text) && !/\/stores\/[^/]+\/|\/(?:v[23]|stores)$/i.test(pathname)
}

export const databaseUrl = z
  .string()
  .refine(
    isDatabase,
    'must be a postgres:// address, or sqlite: and the path of a file without a ?, as in sqlite:./data/tillgate.db or, from the root, sqlite:/data/tillgate.db',
  )
export function isDatabase(text: string): boolean {
  if (!isPostgresUrl(text)) {
    const path = text.startsWith('sqlite:') ? sqlitePath(text) : ''
    // SQLite would read `file:` as a URI, which may name a ledger in memory too. Of an address, `//data` is a host and `?` a query; no
    // shell is here to read `~`; and a folder is no ledger.
    return path.trim() !== '' && !/^(?:file:|~|\/\/)|\?|\/$/.test(path)
  }
  if (!/^\w+:\/\/./.test(text) || !URL.canParse(text)) return false
  // The driver would refuse these later, and quote them.
  const { username, password, pathname } = new URL(text)
  return [username, password, pathname].every((part) => /^(?:[^%]|%[\da-f]{2})*$/i.test(part))
}

/** A user or password in it would be sent to no one; events are signed instead. */
export function isEventsUrl(text: string): boolean {
  if (!address(text)) return false
  return namesNoUser(text) && isGuarded(text)
}

export function areEventSecrets(text: string): boolean {
  const secrets = eventSecretsIn(text)
  return secrets.length >= 1 && secrets.length <= 2 && secrets.every(isEventSecret)
}
