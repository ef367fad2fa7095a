import { digestOfPayment } from './digest-of-payment.ts'
import type { PaymentRequest } from './types.ts'

/** A store that survives a reload. `sessionStorage`, `localStorage` and React Native's AsyncStorage fit unchanged. */
export interface KeyStorage {
  getItem(name: string): string | null | Promise<string | null>
  setItem(name: string, value: string): unknown
  removeItem(name: string): unknown
}

/** An order has a number, a checkout the id of its cart. */
export type PayableId = number | string

/** What is kept of an unfinished payment: its key, and no card data. */
export interface KeptPayment {
  readonly key: string
  readonly digest: string
  /** Known once the service has shown the payment. */
  readonly paymentId?: string
}

export type KeptPayments = ReturnType<typeof createKeptPayments>

/** The unfinished payment of each order and checkout: at most one. */
export function createKeptPayments(storage: KeyStorage) {
  const placeOf = (id: PayableId) => `tillgate:${typeof id === 'number' ? 'order' : 'checkout'}:${id}`
  const turns = new Map<PayableId, Promise<unknown>>()

  /** One at a time: two clicks at once must find the same key. */
  function inTurn<T>(id: PayableId, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(work, work)
    turns.set(id, turn)
    return turn
  }

  async function find(id: PayableId): Promise<KeptPayment | null> {
    const text = await storage.getItem(placeOf(id))
    try {
      return text ? (JSON.parse(text) as KeptPayment) : null
    } catch {
      // Not ours. A new key is safe: the service never lets an order be paid twice.
      return null
    }
  }
  const keep = async (id: PayableId, kept: KeptPayment) => {
    await storage.setItem(placeOf(id), JSON.stringify(kept))
    return kept
  }

  return {
    find,

    /** The key of this payment if it was begun before, else a new one, kept before anything is sent. */
    begin: (id: PayableId, request: PaymentRequest, givenKey?: string): Promise<KeptPayment> =>
      inTurn(id, async () => {
        const digest = digestOfPayment(request)
        const kept = await find(id)
        const isTheSame = kept?.digest === digest && (givenKey ?? kept.key) === kept.key
        return isTheSame ? kept : keep(id, { key: givenKey ?? newIdempotencyKey(), digest })
      }),

    remember: (id: PayableId, key: string, paymentId: string): Promise<void> =>
      inTurn(id, async () => {
        const kept = await find(id)
        if (kept?.key === key && kept.paymentId !== paymentId) await keep(id, { ...kept, paymentId })
      }),

    /** The payment has ended. The next one gets a new key. */
    end: (id: PayableId, key: string): Promise<void> =>
      inTurn(id, async () => {
        if ((await find(id))?.key === key) await storage.removeItem(placeOf(id))
      }),
  }
}

/** Keeps keys for as long as the program runs. */
export function memoryStorage(): KeyStorage {
  const kept = new Map<string, string>()
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  }
}

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
