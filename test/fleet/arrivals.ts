/** A caller that floods beside four that pay once a second, as in the comparison of limiters. */
export const LIGHT_CALLERS = ['light-1', 'light-2', 'light-3', 'light-4']
export const CALLERS = ['flood', ...LIGHT_CALLERS]
/** Three times what the store takes: 50 in 4 s. */
const perSecond = 37.5
const lightPerSecond = 1

export interface Arrival {
  readonly atMs: number
  readonly caller: string
}

/** Poisson arrivals, in order. */
export function arrivalsFor(seconds: number): Arrival[] {
  const all: Arrival[] = []
  for (const caller of CALLERS) {
    const rate = caller === 'flood' ? perSecond - LIGHT_CALLERS.length * lightPerSecond : lightPerSecond
    for (let atMs = 0; ; ) {
      atMs += (-Math.log(1 - Math.random()) / rate) * 1_000
      if (atMs > seconds * 1_000) break
      all.push({ atMs, caller })
    }
  }
  return all.sort((a, b) => a.atMs - b.atMs)
}
