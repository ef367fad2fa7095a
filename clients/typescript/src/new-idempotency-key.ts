interface RandomSource {
  readonly randomUUID?: () => string
  readonly getRandomValues?: (bytes: Uint8Array<ArrayBuffer>) => unknown
}

/**
 * A random UUID. React Native has no `crypto`, and a page without HTTPS has only part of it. `Math.random` will do: a
 * key is no secret, because it counts only together with the order and the caller's token.
 */
export function newIdempotencyKey(
  source: RandomSource | undefined = (globalThis as { crypto?: RandomSource }).crypto,
): string {
  if (source?.randomUUID) return source.randomUUID()
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(Math.random() * 256))
  source?.getRandomValues?.(bytes)
  const [version = 0, variant = 0] = [bytes[6], bytes[8]]
  bytes[6] = (version & 0x0f) | 0x40
  bytes[8] = (variant & 0x3f) | 0x80
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
