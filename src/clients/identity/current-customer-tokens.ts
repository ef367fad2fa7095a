import { createSecretKey } from 'node:crypto'
import { decodeJwt, jwtVerify } from 'jose'
import { z } from 'zod'
import type { VerifyCallerToken } from '../../domain/caller.ts'
import type { Clock } from '../../domain/clock.ts'
import { tokenRefused } from '../../domain/token-refusal.ts'
import { whichClaim, whyRefused } from './why-refused.ts'

export interface CurrentCustomerTokensOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly storeHash: string
  readonly now: Clock
}

/** Who issues Current Customer JWTs; no Customer Login JWT carries it. */
const currentCustomerIssuer = 'bc/apps'
/** Its documented life. A token that claims more is not one that BigCommerce made. */
const lifeSecondsMax = 15 * 60
const clockToleranceSeconds = 5

const Claims = z.object({
  operation: z.literal('current_customer'),
  customer: z.object({ id: z.int().positive() }),
})

/**
 * Verifies BigCommerce's Current Customer JWT: HS256 with the app's client secret, for this app and this store.
 * It says who is signed in on the storefront, so it may list and pay that customer's orders.
 */
export function createVerifyCurrentCustomerTokens(options: CurrentCustomerTokensOptions): VerifyCallerToken {
  const { clientId, clientSecret, storeHash, now } = options
  const key = createSecretKey(clientSecret, 'utf8')

  return async function verifyCurrentCustomerToken(callerToken) {
    const { payload } = await jwtVerify(callerToken, key, {
      algorithms: ['HS256'],
      issuer: currentCustomerIssuer,
      audience: clientId,
      subject: storeHash,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: lifeSecondsMax,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
    }).catch((cause: unknown) => {
      throw tokenRefused(whyRefused(cause) ?? 'malformed', cause)
    })
    const claims = Claims.safeParse(payload)
    if (!claims.success) throw tokenRefused(whichClaim(claims.error))
    const customerId = claims.data.customer.id
    return {
      principal: JSON.stringify([currentCustomerIssuer, storeHash, customerId]),
      scopes: new Set(['payments:read', 'payments:write']),
      access: { kind: 'customer', customerId },
      customerId,
    }
  }
}

/**
 * Hands a token to the verifier of its kind. The issuer is read unverified, to choose the rules and no more:
 * each verifier then demands its own issuer, key and algorithm.
 */
export const createVerifyByIssuer =
  (callerTokens: VerifyCallerToken, currentCustomerTokens: VerifyCallerToken): VerifyCallerToken =>
  (callerToken) =>
    issuerOf(callerToken) === currentCustomerIssuer
      ? currentCustomerTokens(callerToken)
      : callerTokens(callerToken)

function issuerOf(callerToken: string): string | undefined {
  try {
    return decodeJwt(callerToken).iss
  } catch {
    return undefined
  }
}
