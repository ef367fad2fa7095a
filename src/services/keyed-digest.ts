import { createHmac, hkdfSync } from 'node:crypto'
import { reveal, type Sealed } from '../domain/sealed.ts'
import type { KeyedDigest } from '../domain/velocity.ts'

/**
 * HMAC-SHA-256 under a key derived from a secret. Without the secret nobody can try through all addresses to see whose
 * digest it is, and neither key nor digest leads back to the secret.
 */
export function createKeyedDigest(secret: Sealed<string>, purpose: string): KeyedDigest {
  const key = Buffer.from(hkdfSync('sha256', reveal(secret), '', purpose, 32))
  return (text) => createHmac('sha256', key).update(text).digest('base64url')
}
