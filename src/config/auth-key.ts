import { createPublicKey, type KeyObject } from 'node:crypto'
import { readText } from './environment.ts'

/** How caller tokens are verified: with a shared secret, a public key, or keys published at an address. */
export type AuthKey =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'public'; readonly key: KeyObject }
  | { readonly kind: 'set'; readonly url: string }

export interface AuthKeyVariables {
  readonly AUTH_HMAC_SECRET?: string | undefined
  readonly AUTH_PUBLIC_KEY_FILE?: string | undefined
  readonly AUTH_JWKS_URL?: string | undefined
}

/** The one way that is set. A sentence when none or several are set, or the file holds no key. */
export function authKeyOf(variables: AuthKeyVariables): AuthKey | string {
  const { AUTH_HMAC_SECRET: secret, AUTH_PUBLIC_KEY_FILE: path, AUTH_JWKS_URL: url } = variables
  if ([secret, path, url].filter((given) => given !== undefined).length !== 1) {
    return 'AUTH_JWKS_URL, AUTH_PUBLIC_KEY_FILE or AUTH_HMAC_SECRET: exactly one is required, to verify caller tokens.'
  }
  if (secret !== undefined) return { kind: 'secret', secret }
  if (url !== undefined) return { kind: 'set', url }
  const key = publicKeyOf(readText(path ?? ''))
  return key
    ? { kind: 'public', key }
    : 'AUTH_PUBLIC_KEY_FILE must name a readable file with a public key in PEM form.'
}

/** The public key in a PEM text, or the public half of a private key; null for anything else. */
export function publicKeyOf(pem: string | null): KeyObject | null {
  try {
    return pem === null ? null : createPublicKey(pem)
  } catch {
    return null
  }
}
