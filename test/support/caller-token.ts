import { SignJWT } from 'jose'

export const authEnvironment = {
  AUTH_ISSUER: 'https://shop.example',
  AUTH_AUDIENCE: 'tillgate',
  AUTH_HMAC_SECRET: 'a-secret-for-tests-only-32-bytes-or-more',
}

export interface CallerTokenClaims {
  readonly sub?: string
  readonly scope?: string
  readonly order_ids?: readonly number[]
  readonly checkout_ids?: readonly string[]
  readonly customer_id?: number
}

const readAndWrite = 'payments:read payments:write'

/** A caller token as the store's own issuer would mint it. */
export const callerToken = ({ sub = 'shopper-1', scope = readAndWrite, ...claims }: CallerTokenClaims) =>
  new SignJWT({ scope, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(authEnvironment.AUTH_ISSUER)
    .setAudience(authEnvironment.AUTH_AUDIENCE)
    .setSubject(sub)
    .setIssuedAt()
    // Longer than a soak, which pays with one token.
    .setExpirationTime('1 hour')
    .sign(new TextEncoder().encode(authEnvironment.AUTH_HMAC_SECRET))

/** The token of a trusted server, which may touch any order. */
export const serverToken = () => callerToken({ sub: 'server', scope: `${readAndWrite} orders:any` })
