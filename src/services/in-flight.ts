/** Work that must come to its end before the process may. */
export interface InFlight {
  /** The same function, each of whose calls counts until it ends, whether or not anybody still waits for it. */
  track<Args extends unknown[], Result>(
    work: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>
  /** Resolves once nothing is under way. */
  idle(): Promise<void>
}

/**
 * A client that hangs up does not stop its charge, and closing the server waits only for connections. So the
 * charges themselves are counted, and shutting down waits for them.
 */
export function createInFlight(): InFlight {
  const running = new Set<Promise<unknown>>()
  return {
    track:
      (work) =>
      (...args) => {
        const result = work(...args)
        running.add(result)
        const forget = () => running.delete(result)
        result.then(forget, forget)
        return result
      },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
