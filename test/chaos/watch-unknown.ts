import type { ChaosDatabase } from './chaos-database.ts'

/** How many payments were in doubt for a while, and for how long: what a shopper waits for. */
export interface UnknownCounts {
  readonly payments: number
  /** Those that came to an end, in seconds: the one in the middle, and the one that 95 in 100 are faster than. */
  readonly medianSeconds: number
  readonly p95Seconds: number
  /** Those that were still in doubt when it was over. */
  readonly open: number
}

const everyMs = 500

/** Reads past the service which payments are in doubt, twice a second: what is in doubt for less troubles no one. */
export function watchUnknown(database: ChaosDatabase | null) {
  const seen = new Map<string, { readonly firstMs: number; lastMs: number }>()
  let isReading = false
  let latest: readonly string[] = []

  async function read(): Promise<void> {
    if (isReading || !database) return
    isReading = true
    try {
      latest = await database.unknownIds()
      for (const id of latest) {
        const known = seen.get(id)
        if (known) known.lastMs = Date.now()
        else seen.set(id, { firstMs: Date.now(), lastMs: Date.now() })
      }
    } catch {
      // A database that is down is asked again.
    } finally {
      isReading = false
    }
  }
  const timer = setInterval(read, everyMs)

  return {
    async stop(): Promise<UnknownCounts> {
      clearInterval(timer)
      await read()
      const open = new Set(latest)
      const ended = [...seen]
        .filter(([id]) => !open.has(id))
        .map(([, { firstMs, lastMs }]) => (lastMs - firstMs + everyMs) / 1_000)
        .sort((one, other) => one - other)
      const at = (share: number) => ended[Math.floor(ended.length * share)] ?? 0
      return { payments: seen.size, medianSeconds: at(0.5), p95Seconds: at(0.95), open: open.size }
    },
  }
}
