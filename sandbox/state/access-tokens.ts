import { randomBytes, randomUUID } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { PAT_ISSUER, PAT_LIFETIME_SECONDS, STORE_ID } from '../data/store-identity.ts'

export type AccessTokenClaims = {
  readonly jti: string
  readonly orderId: number
  readonly amount: number
  readonly currency: string
  /** Made for a payment without the shopper. */
  readonly isRecurring: boolean
}

type Grant = Omit<AccessTokenClaims, 'jti'> & { readonly claimIds: 'number' | 'string' }

export function createAccessTokens({ storeHash, now }: { storeHash: string; now: () => number }) {
  const key = randomBytes(32)
  const spent = new Set<string>()
  /** By their `jti`. Whether the real token says it itself is not documented. */
  const recurring = new Set<string>()

  return {
    async issue({ orderId, amount, currency, isRecurring, claimIds }: Grant): Promise<string> {
      const issuedAt = Math.floor(now() / 1000)
      const id = (value: number) => (claimIds === 'string' ? String(value) : value)
      const data = { store_id: id(STORE_ID), order_id: id(orderId), amount, currency }
      const jti = randomUUID()
      if (isRecurring) recurring.add(jti)
      return new SignJWT({ data })
        .setProtectedHeader({ typ: 'JWT', alg: 'HS256' })
        .setIssuer(PAT_ISSUER)
        .setSubject(storeHash)
        .setJti(jti)
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(issuedAt + PAT_LIFETIME_SECONDS)
        .sign(key)
    },
    async verify(token: string): Promise<AccessTokenClaims | undefined> {
      const verified = await jwtVerify<{ data: Record<string, unknown> }>(token, key, {
        algorithms: ['HS256'],
        issuer: PAT_ISSUER,
        subject: storeHash,
        currentDate: new Date(now()),
      }).catch(() => undefined)
      if (!verified) return undefined
      const { jti = '', data } = verified.payload
      return {
        jti,
        orderId: Number(data.order_id),
        amount: Number(data.amount),
        currency: String(data.currency),
        isRecurring: recurring.has(jti),
      }
    },
    /** False when the token was spent before. Synchronous, so that only one of two requests can win. */
    spend(jti: string): boolean {
      if (spent.has(jti)) return false
      spent.add(jti)
      return true
    },
    giveBack(jti: string): void {
      spent.delete(jti)
    },
  }
}
