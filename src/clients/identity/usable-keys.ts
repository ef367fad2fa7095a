import { createPublicKey, type KeyObject } from 'node:crypto'
import type { AuthKey } from '../../config/auth-key.ts'
import { asymmetricAlgorithms } from './caller-tokens.ts'
import { createFetchKeys } from './published-keys.ts'

/** The verifier refuses shorter RSA keys (RFC 7518 §3.3). */
const rsaBitsMin = 2_048
const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** Whether a key fits one of the algorithms that caller tokens may have. */
export function canVerify({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= rsaBitsMin
  return type === 'ed25519' || (type === 'ec' && curves.has(details?.namedCurve ?? ''))
}

/** Whether a published key (RFC 7517) can verify caller tokens. A member that is null counts as absent. */
export function isUsableKey(key: unknown): boolean {
  if (typeof key !== 'object' || key === null) return false
  const { use, alg, ...jwk } = Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null))
  if (use === 'enc' || (alg !== undefined && !asymmetricAlgorithms.includes(String(alg)))) return false
  try {
    return canVerify(createPublicKey({ key: jwk, format: 'jwk' }))
  } catch {
    return false
  }
}

/**
 * Reads the published keys once, so that a wrong address is known at the start and not by the first caller. Never throws.
 *
 * @param onUnusable called when they cannot be read, or none of them can be used.
 */
export async function tryPublishedKeys(key: AuthKey, onUnusable: (error: unknown) => void): Promise<void> {
  if (key.kind !== 'set') return
  try {
    const set = (await createFetchKeys(key.url)()) as { keys?: unknown } | null
    const keys = Array.isArray(set?.keys) ? set.keys : []
    if (!keys.some(isUsableKey)) onUnusable(new Error('no published key can be used'))
  } catch (error) {
    onUnusable(error)
  }
}
