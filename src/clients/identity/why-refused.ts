import { errors, type JWTClaimVerificationOptions, type JWTPayload, UnsecuredJWT } from 'jose'
import type { z } from 'zod'
import { isTokenRefusal, type TokenRefusal } from '../../domain/token-refusal.ts'

/** What a claim that jose compares has to do with, where it is there and is another one. */
const OTHERS: Readonly<Record<string, TokenRefusal>> = {
  iss: 'issuer',
  aud: 'audience',
  sub: 'subject',
  nbf: 'not_yet_valid',
  iat: 'not_yet_valid',
}

/** Why jose refuses a token; null when the token is not at fault: the issuer's keys could not be had. */
export function whyRefused(error: unknown): TokenRefusal | null {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    const other = error.reason === 'check_failed' ? OTHERS[error.claim] : undefined
    return other ?? ofClaim(error.claim)
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown_key'
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'algorithm'
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return null
  if (error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC') return 'malformed'
  return null
}

/** Which claim breaks its schema. */
export const whichClaim = ({ issues }: z.ZodError): TokenRefusal => ofClaim(String(issues[0]?.path[0]))

function ofClaim(name: string): TokenRefusal {
  const word = `claim_${name}`
  return isTokenRefusal(word) ? word : 'malformed'
}

/**
 * Judges the claims of a token whose signature was found right once more, with those left out that are null: some issuers write null for
 * a claim that they leave empty, and jose takes it for a wrong one.
 *
 * @param error what jose has thrown. Of a claim it does so only once the signature is right.
 * @returns what the token says, or why it is refused.
 */
export function withoutNulls(
  error: unknown,
  rules: JWTClaimVerificationOptions,
): { readonly payload?: JWTPayload; readonly cause?: unknown } {
  if (!(error instanceof errors.JWTClaimValidationFailed)) return { cause: error }
  const said = Object.entries(error.payload)
  const meant = said.filter(([, value]) => value !== null)
  if (meant.length === said.length) return { cause: error }
  try {
    return {
      payload: UnsecuredJWT.decode(new UnsecuredJWT(Object.fromEntries(meant)).encode(), rules).payload,
    }
  } catch (cause) {
    return { cause }
  }
}
