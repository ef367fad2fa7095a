import 'server-only'
import { SignJWT } from 'jose'
import { setting } from './setting'
import type { Grant } from './shopper'

/** Tillgate's client asks for a new one when it is over. */
const minutes = 15

/** Lets the browser see and pay what the grant names, and nothing else. */
export const mintCallerToken = ({ subject, claims }: Grant): Promise<string> =>
  new SignJWT({ scope: 'payments:read payments:write', ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(setting('AUTH_ISSUER'))
    .setAudience(setting('AUTH_AUDIENCE'))
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${minutes} minutes`)
    .sign(new TextEncoder().encode(setting('AUTH_HMAC_SECRET')))
