import { hash } from 'node:crypto'
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTVerifyGetKey,
  jwtVerify,
  type KeyObject,
} from 'jose'
import { z } from 'zod'
import type { Caller, OrderAccess, Scope, VerifyCallerToken, VerifyOrRemember } from '../../domain/caller.ts'
import { holdsCardNumber } from '../../domain/card-number.ts'
import type { Clock } from '../../domain/clock.ts'
import { Problem } from '../../domain/problem.ts'
import { tokenRefused } from '../../domain/token-refusal.ts'
import { whichClaim, whyRefused, withoutNulls } from './why-refused.ts'

/** How caller tokens are verified: with one key, or with a set that is looked up by the token's `kid`. */
export type CallerTokenKey =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'public'; readonly key: CryptoKey | KeyObject }
  | {
      readonly kind: 'set'
      readonly getKey: JWTVerifyGetKey
      /** Reads the set again. @returns whether there is a newer one. */
      readonly readAgain?: () => Promise<boolean>
    }

export interface CallerTokensOptions {
  readonly issuer: string
  readonly audience: string
  readonly key: CallerTokenKey
  /** From `iat`, or from now where there is none, to `exp`: a stolen token works until then. */
  readonly lifeSecondsMax: number
  readonly now: Clock
}

/** The algorithm is ours to choose, not the token's (RFC 8725 §3.1): never both kinds, so neither can pose as the other. */
export const asymmetricAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** Tokens of another purpose say so in `typ` (RFC 8725 §3.11). Issuers that name none, or the plain word, mean an access token. */
const kinds = ['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']
const acceptedTypes = new Set<unknown>([undefined, null, ...kinds])

/** Between machines whose clocks are kept by NTP, a few seconds are enough. */
const clockToleranceSeconds = 5

/** Some issuers write null for a claim that they leave empty. */
const optional = <T extends z.ZodType>(claim: T) =>
  z.preprocess((value) => (value === null ? undefined : value), claim.optional())
/** Some issuers turn every claim into text. */
const idFrom = (min: 0 | 1) =>
  z.union([
    z.int().min(min),
    z
      .string()
      .regex(min === 0 ? /^(0|[1-9]\d{0,9})$/ : /^[1-9]\d{0,9}$/)
      .transform(Number),
  ])
/** A value that is not a checkout's id opens nothing. */
const checkoutId = z
  .string()
  .max(64)
  .transform((id) => id.toLowerCase())
/** A null in the list is ignored. A list of only nulls is refused. */
const listOf = <T extends z.ZodType>(item: T, max = Number.POSITIVE_INFINITY) =>
  z
    .array(item.nullable())
    .max(max)
    .refine((list) => list.length === 0 || list.some((value) => value !== null))
    .transform((list) => list.filter((value) => value !== null))
const words = z.union([z.string().transform((text) => text.split(/[\s,]+/)), listOf(z.string())])

/** What an issuer means, in whichever of the usual ways it writes it. Any other claim refuses the token. */
const Claims = z.object({
  iss: z.string(),
  iat: z.number().optional(),
  exp: z.number(),
  // It is kept with each payment.
  sub: z
    .union([z.string().min(1).max(255), z.int().transform(String)])
    .refine((subject) => !holdsCardNumber(subject)),
  scope: optional(words),
  /** Where Okta and Entra ID put the scopes. */
  scp: optional(words),
  order_ids: optional(z.union([idFrom(1).transform((id) => [id]), listOf(idFrom(1), 100)])),
  checkout_ids: optional(z.union([checkoutId.transform((id) => [id]), listOf(checkoutId, 100)])),
  /** 0 is BigCommerce's word for a guest. Empty text means the same, and never opens more than a missing claim would. */
  customer_id: optional(z.union([z.literal('').transform(() => 0), idFrom(0)])),
})

/** Verifies the tokens that the store's own session or identity provider issues (decision 0006). */
export function createVerifyCallerTokens(options: CallerTokensOptions): VerifyCallerToken {
  const { issuer, audience, key, lifeSecondsMax, now } = options
  const algorithms = key.kind === 'secret' ? ['HS256'] : asymmetricAlgorithms

  return async function verifyCallerToken(callerToken) {
    const rules = {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
    }
    const { payload, protectedHeader } = await verify(callerToken, key, rules)
    const typ: unknown = protectedHeader.typ
    if (!acceptedTypes.has(typeof typ === 'string' ? typ.toLowerCase() : typ)) throw tokenRefused('kind')
    const claims = Claims.safeParse(payload)
    if (!claims.success) throw tokenRefused(whichClaim(claims.error))
    const nowSeconds = now() / 1_000
    const { iat = nowSeconds, exp } = claims.data
    if (iat > nowSeconds + clockToleranceSeconds) throw tokenRefused('not_yet_valid')
    if (exp - iat > lifeSecondsMax + clockToleranceSeconds) throw tokenRefused('lives_too_long')
    return toCaller(claims.data)
  }
}

type Rules = NonNullable<Parameters<typeof jwtVerify>[2]>

async function verify(callerToken: string, key: CallerTokenKey, rules: Rules) {
  try {
    if (key.kind === 'set') return await verifyBySet(callerToken, key, rules)
    return await jwtVerify(callerToken, key.kind === 'secret' ? key.secret : key.key, rules)
  } catch (error) {
    const { payload, cause } = withoutNulls(error, rules)
    if (payload) return { payload, protectedHeader: decodeProtectedHeader(callerToken) }
    const reason = whyRefused(cause)
    throw reason ? tokenRefused(reason, cause) : new Problem('identity_unavailable', { cause })
  }
}

/** More keys for one algorithm than any issuer uses, so that checking a forged token takes a bounded time. */
const keysTriedMax = 16

async function verifyBySet(
  callerToken: string,
  { getKey, readAgain }: Extract<CallerTokenKey, { kind: 'set' }>,
  rules: Rules,
) {
  try {
    return await verifyByAny(callerToken, getKey, rules)
  } catch (error) {
    // Where keys have no kid, the token of a new key looks like a forged one until the newest keys are read.
    if (!readAgain || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    if (!(await readAgain())) throw error
    return verifyByAny(callerToken, getKey, rules)
  }
}

/**
 * Tries each key that fits, since keys may have no `kid`, or share one during a rotation. A key that cannot be used, as one that is too short,
 * says nothing of the token.
 */
async function verifyByAny(callerToken: string, getKey: JWTVerifyGetKey, rules: Rules) {
  try {
    return await jwtVerify(callerToken, getKey, rules)
  } catch (several) {
    if (!(several instanceof errors.JWKSMultipleMatchingKeys)) throw several
    let tried = 0
    let failure: unknown = null
    for await (const key of several) {
      if (tried++ === keysTriedMax) break
      try {
        return await jwtVerify(callerToken, key, rules)
      } catch (error) {
        if (error instanceof errors.JWSSignatureVerificationFailed) failure = error
        else if (error instanceof errors.JOSEError) throw error
        else failure ??= error
      }
    }
    throw failure ?? new errors.JWSSignatureVerificationFailed()
  }
}

function toCaller(claims: z.output<typeof Claims>): Caller {
  // Some issuers fill both, and what either says was granted: neither takes back what the other gives.
  const scopes = [...(claims.scope ?? []), ...(claims.scp ?? [])]
  return {
    principal: JSON.stringify([claims.iss, claims.sub]),
    scopes: new Set(scopes.filter((word): word is Scope => word.startsWith('payments:'))),
    access: accessOf(claims, scopes),
    customerId: claims.customer_id || null,
  }
}

/**
 * If the token names orders or checkouts, it opens these only; else the customer decides, else the scope for any order. A token for a guest
 * is as narrow as one for a customer, but that alone opens no order.
 */
function accessOf(
  { order_ids, checkout_ids, customer_id }: z.output<typeof Claims>,
  scopes: readonly string[],
): OrderAccess {
  const orderIds = new Set(order_ids)
  if (checkout_ids) return { kind: 'orders', orderIds, checkoutIds: new Set(checkout_ids) }
  if (order_ids) return { kind: 'orders', orderIds }
  if (customer_id) return { kind: 'customer', customerId: customer_id }
  if (customer_id === undefined && scopes.includes('orders:any')) return { kind: 'any' }
  return { kind: 'orders', orderIds }
}

export interface RememberedCallersOptions {
  readonly verifyCallerToken: VerifyCallerToken
  /** The key that verifies at the moment: when it changes, every caller is verified again. */
  readonly keyInUse: () => unknown
  readonly now: Clock
}

/** A key that the issuer withdraws is trusted for this much longer. A client that polls an order asks again well within it. */
const rememberedMs = 60_000
/** Two kilobytes each at most, by the hundred orders that a token may name. */
const rememberedMax = 1_000

/**
 * Remembers who a token has proven its caller to be, because checking a signature is the costliest part of a read. Only
 * verified callers are remembered, never past the token's end, and under the token's hash: memory holds no token.
 */
export function createRememberedCallers(options: RememberedCallersOptions): VerifyOrRemember {
  const { verifyCallerToken, keyInUse, now } = options
  const remembered = new Map<string, { readonly caller: Caller; readonly untilMs: number }>()
  let key = keyInUse()

  return function verifyOrRemember(callerToken) {
    if (keyInUse() !== key) remembered.clear()
    key = keyInUse()
    const name = hash('sha256', callerToken)
    const known = remembered.get(name)
    // In the same turn: a caller who comes again is what is common.
    return known && now() < known.untilMs ? known.caller : verifyAndRemember(callerToken, name)
  }

  async function verifyAndRemember(callerToken: string, name: string): Promise<Caller> {
    const keyBefore = key
    const caller = await verifyCallerToken(callerToken)
    // The key was replaced while it verified: this answer stands, but is not remembered.
    if (keyInUse() !== keyBefore) return caller
    remembered.delete(name)
    const [oldest] = remembered.keys()
    if (remembered.size >= rememberedMax && oldest !== undefined) remembered.delete(oldest)
    remembered.set(name, { caller, untilMs: Math.min(now() + rememberedMs, endMsOf(callerToken)) })
    return caller
  }
}

const endMsOf = (verifiedToken: string) => (decodeJwt(verifiedToken).exp ?? 0) * 1_000
