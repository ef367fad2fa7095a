import { throwIfAborted } from './exchange.ts'

/** Waits, or throws as soon as the signal says to stop. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>

const shortestPauseMs = 1_000
const longestPauseMs = 15_000

/** At least as long as the service asks for, and longer with each try. Up to a fifth more at random, so that clients spread out. */
export function pauseMs(tries: number, afterSeconds: number | null, random = Math.random): number {
  const backoff = Math.min(shortestPauseMs * 1.5 ** (tries - 1), longestPauseMs)
  return Math.max(backoff, (afterSeconds ?? 0) * 1_000) * (1 + random() / 5)
}

/** A service that waited has made the pause already. One that only says so is not asked in a rush. */
export const pauseAfter = (
  { hasWaited, afterSeconds }: { readonly hasWaited: boolean; readonly afterSeconds: number | null },
  tries: number,
  tookMs: number,
): number => (hasWaited ? Math.max(0, shortestPauseMs - tookMs) : pauseMs(tries, afterSeconds))

export const waitByTimer: Wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      try {
        throwIfAborted(signal)
        resolve()
      } catch (reason) {
        reject(reason)
      }
    }
    const timer = setTimeout(stop, ms)
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
  })
