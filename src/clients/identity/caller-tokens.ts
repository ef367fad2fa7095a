import { type CryptoKey, errors, type JWTVerifyGetKey, jwtVerify, type KeyObject } from 'jose'
import { z } from 'zod'
import type { Caller, OrderAccess, Scope, VerifyCallerToken } from '../../domain/caller.ts'
import type { Clock } from '../../domain/clock.ts'
import { Problem } from '../../domain/problem.ts'

/** How caller tokens are verified: with one key, or with a set that is looked up by the token's `kid`. */
export type CallerTokenKey =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'public'; readonly key: CryptoKey | KeyObject }
  | { readonly kind: 'set'; readonly getKey: JWTVerifyGetKey }

export interface CallerTokensOptions {
  readonly issuer: string
  readonly audience: string
  readonly key: CallerTokenKey
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
]

/**
 * Tokens of another purpose say so in `typ`: logout tokens, security events, DPoP proofs (RFC 8725 §3.11). Issuers that
 * name none, or the plain word, mean an access token; RFC 9068 gives it a name of its own.
 */
const acceptedTypes = new Set([undefined, 'jwt', 'at+jwt'])

/** Between machines whose clocks are kept by NTP, a few seconds are enough. */
const clockToleranceSeconds = 5

const positiveInt = z.int().positive()
const Claims = z.object({
  iss: z.string(),
  iat: z.number().optional(),
  sub: z.string().min(1).max(255),
  scope: z.union([z.string().transform((words) => words.split(' ')), z.array(z.string())]).default([]),
  order_ids: z.array(positiveInt).max(100).optional(),
  customer_id: positiveInt.optional(),
})

/** Verifies the tokens that the store's own session or identity provider issues (decision 0006). */
export function createVerifyCallerTokens(options: CallerTokensOptions): VerifyCallerToken {
  const { issuer, audience, key, now } = options
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
    if (!acceptedTypes.has(typeOf(protectedHeader))) throw new Problem('unauthenticated')
    const claims = Claims.safeParse(payload)
    if (!claims.success)
      throw new Problem('unauthenticated', {
        detail: 'The caller token has a claim of another shape than documented.',
      })
    if ((claims.data.iat ?? 0) > now() / 1000 + clockToleranceSeconds) throw new Problem('unauthenticated')
    return toCaller(claims.data)
  }
}

const typeOf = ({ typ }: { typ?: string }) => typ?.toLowerCase().replace(/^application\//, '')

async function verify(callerToken: string, key: CallerTokenKey, rules: Parameters<typeof jwtVerify>[2]) {
  try {
    if (key.kind === 'set') return await jwtVerify(callerToken, key.getKey, rules)
    return await jwtVerify(callerToken, key.kind === 'secret' ? key.secret : key.key, rules)
  } catch (cause) {
    throw new Problem(provesNothing(cause) ? 'unauthenticated' : 'identity_unavailable', { cause })
  }
}

/** Whether the token is at fault. If not, the issuer's keys were not available, which no caller can fix. */
const provesNothing = (error: unknown): boolean =>
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
  error instanceof errors.JOSEError &&
  error.code !== 'ERR_JOSE_GENERIC'

function toCaller(claims: z.output<typeof Claims>): Caller {
  const customerId = claims.customer_id ?? null
  return {
    principal: JSON.stringify([claims.iss, claims.sub]),
    scopes: new Set(claims.scope.filter((word): word is Scope => word.startsWith('payments:'))),
    access: accessOf(claims, customerId),
    customerId,
  }
}

/** Orders that are named are the whole list, else the customer decides, else the scope for any order. */
function accessOf({ order_ids, scope }: z.output<typeof Claims>, customerId: number | null): OrderAccess {
  if (order_ids) return { kind: 'orders', orderIds: new Set(order_ids) }
  if (customerId !== null) return { kind: 'customer', customerId }
  if (scope.includes('orders:any')) return { kind: 'any' }
  return { kind: 'orders', orderIds: new Set() }
}
