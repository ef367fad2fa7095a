import { decodeJwt } from 'jose'
import type { VerifyCallerToken } from '../../domain/caller.ts'
import { currentCustomerIssuer } from './current-customer-tokens.ts'

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
