import { Problem } from './problem.ts'

/** The words for a claim that is missing or has an unexpected shape. */
const claim = <Name extends string>(name: Name) =>
  `The claim ${name} of the caller token is missing or not as documented` as const

/** Why a caller token is refused: a word for the log, and a sentence that may be sent in a header and never quotes the token. */
const REFUSALS = {
  algorithm: 'The caller token is signed by an algorithm that is not accepted here (alg)',
  audience: 'The caller token is for another audience (aud)',
  claim_aud: claim('aud'),
  claim_checkout_ids: claim('checkout_ids'),
  claim_customer: claim('customer'),
  claim_customer_id: claim('customer_id'),
  claim_exp: claim('exp'),
  claim_iat: claim('iat'),
  claim_iss: claim('iss'),
  claim_nbf: claim('nbf'),
  claim_operation: claim('operation'),
  claim_order_ids: claim('order_ids'),
  claim_scope: claim('scope'),
  claim_scp: claim('scp'),
  claim_sub:
    'The claim sub of the caller token is missing, longer than 255 characters or reads as a card number: use another subject',
  expired: 'The caller token has expired (exp)',
  issuer: 'The caller token is from another issuer (iss)',
  kind: 'The caller token is no access token (typ)',
  lives_too_long: 'The caller token lives longer than this service accepts (exp, iat)',
  malformed: 'The caller token is not a signed JWT',
  no_bearer: 'Send the caller token as Authorization: Bearer',
  not_yet_valid: 'The caller token is not valid yet (nbf, iat)',
  several: 'Send one caller token, in one Authorization header',
  signature: 'The signature of the caller token is not valid',
  subject: 'The caller token is for another store (sub)',
  too_long: 'The caller token is longer than 8192 characters',
  unknown_key: 'The issuer publishes no key that fits the caller token (kid, alg)',
} as const

export type TokenRefusal = keyof typeof REFUSALS

export const isTokenRefusal = (word: string): word is TokenRefusal => Object.hasOwn(REFUSALS, word)

/** The problem of a caller token that is refused. */
export const tokenRefused = (reason: TokenRefusal, cause?: unknown): Problem =>
  new Problem('unauthenticated', { detail: `${REFUSALS[reason]}.`, reason, cause })
