import { type CryptoKey, type JWTPayload, type KeyObject, SignJWT } from 'jose'
import type { Caller } from '../../../src/domain/caller.ts'
import { Problem } from '../../../src/domain/problem.ts'

/** The present moment of these tests. */
export const nowMs = Date.UTC(2026, 5, 15, 12)
export const nowSeconds = nowMs / 1000

export const secretOf = (text: string) => new TextEncoder().encode(text)

/** Signs claims; a claim given as undefined is left out. */
export const mint = (
  claims: JWTPayload,
  key: CryptoKey | KeyObject | Uint8Array,
  alg = 'HS256',
): Promise<string> =>
  new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader({ alg, typ: 'JWT' }).sign(key)

/** A token without a signature, under whatever algorithm its header claims. */
export function unsigned(claims: object, alg: string, signature = ''): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg, typ: 'JWT' })}.${part(claims)}.${signature}`
}

/** The caller, or the word of the refusal. */
export const resultOf = (work: Promise<Caller>): Promise<Caller | string> =>
  work.catch((error: unknown) => {
    if (error instanceof Problem) return error.code
    throw error
  })
