export type Delays = ReturnType<typeof createDelays>

/** Timers that neither keep the process alive nor outlive the sandbox. */
export function createDelays() {
  const timers = new Set<NodeJS.Timeout>()

  const after = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms).unref()
    timers.add(timer)
  }

  return {
    after,
    wait: (ms: number): Promise<void> =>
      ms === 0 ? Promise.resolve() : new Promise((resolve) => after(ms, resolve)),
    clear(): void {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
