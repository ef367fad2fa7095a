import type { KeyObject } from 'node:crypto'
import { type CallerTokenKey, createVerifyCallerTokens } from './clients/identity/caller-tokens.ts'
import {
  createVerifyByIssuer,
  createVerifyCurrentCustomerTokens,
} from './clients/identity/current-customer-tokens.ts'
import { createFetchKeys, createPublishedKeys } from './clients/identity/published-keys.ts'
import { createRememberedCallers } from './clients/identity/remembered-callers.ts'
import type { AuthKey } from './config/auth-key.ts'
import type { Config } from './config/config.ts'
import { createRenewable, type Renewable } from './config/renewable.ts'
import type { VerifyCallerToken } from './domain/caller.ts'

export interface Identity {
  readonly verifyCallerToken: VerifyCallerToken
  /** The key of AUTH_PUBLIC_KEY_FILE, which its owner may rotate; null where callers are verified otherwise. */
  readonly publicKey: Renewable<KeyObject | null>
}

/** Puts together how callers are known. */
export function composeIdentity({ auth, bigcommerce, renewals }: Config): Identity {
  const publicKey = createRenewable<KeyObject | null>(
    auth.key.kind === 'public' ? auth.key.key : null,
    renewals.publicKey,
    (one, other) => one !== null && other !== null && one.equals(other),
  )
  const { issuer, audience } = auth
  const key = keyOf(auth.key, publicKey)
  const callerTokens = createVerifyCallerTokens({ issuer, audience, key, now: Date.now })
  const remember = (verifyCallerToken: VerifyCallerToken) =>
    createRememberedCallers({ verifyCallerToken, keyInUse: () => publicKey.current(), now: Date.now })
  if (!bigcommerce.app) return { verifyCallerToken: remember(callerTokens), publicKey }
  const { storeHash, app } = bigcommerce
  const currentCustomerTokens = createVerifyCurrentCustomerTokens({ ...app, storeHash, now: Date.now })
  return { verifyCallerToken: remember(createVerifyByIssuer(callerTokens, currentCustomerTokens)), publicKey }
}

function keyOf(key: AuthKey, publicKey: Renewable<KeyObject | null>): CallerTokenKey {
  switch (key.kind) {
    case 'secret':
      return { kind: 'secret', secret: new TextEncoder().encode(key.secret) }
    case 'public':
      return { kind: 'set', getKey: () => publicKey.current() ?? key.key }
    case 'set':
      return {
        kind: 'set',
        getKey: createPublishedKeys({ fetchKeys: createFetchKeys(key.url), now: Date.now }),
      }
    default:
      return key satisfies never
  }
}
