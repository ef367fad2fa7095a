import type { KeyObject } from 'node:crypto'
import type { AuthKey } from '../../config/auth-key.ts'
import type { Config } from '../../config/config.ts'
import type { VerifyCallerToken } from '../../domain/caller.ts'
import { type CallerTokenKey, createVerifyCallerTokens } from './caller-tokens.ts'
import { createVerifyByIssuer, createVerifyCurrentCustomerTokens } from './current-customer-tokens.ts'
import { createFetchKeys, createPublishedKeys } from './published-keys.ts'

/**
 * Callers prove who they are by tokens of the store's own issuer, or of BigCommerce where an app is configured.
 *
 * @param publicKey the key of AUTH_PUBLIC_KEY_FILE as it is now; null where callers are verified otherwise.
 */
export function createVerifyCallers(
  { auth, bigcommerce }: Pick<Config, 'auth' | 'bigcommerce'>,
  publicKey: () => KeyObject | null,
): VerifyCallerToken {
  const now = Date.now
  const { key, ...rules } = auth
  const callerTokens = createVerifyCallerTokens({ ...rules, key: keyOf(key, publicKey), now })
  const { app, storeHash } = bigcommerce
  if (!app) return callerTokens
  return createVerifyByIssuer(callerTokens, createVerifyCurrentCustomerTokens({ ...app, storeHash, now }))
}

function keyOf(key: AuthKey, publicKey: () => KeyObject | null): CallerTokenKey {
  switch (key.kind) {
    case 'secret':
      return { kind: 'secret', secret: new TextEncoder().encode(key.secret) }
    case 'public':
      return { kind: 'set', getKey: () => publicKey() ?? key.key }
    case 'set':
      return {
        kind: 'set',
        ...createPublishedKeys({ fetchKeys: createFetchKeys(key.url), now: Date.now }),
      }
    default:
      return key satisfies never
  }
}
