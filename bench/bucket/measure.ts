import type { Limiter } from './limiters.ts'
import type { Admit } from './open-bucket.ts'

export const LOAD = {
  limit: 50,
  windowMs: 4_000,
  seconds: 60,
  floodPerSecond: 36,
  lightCallers: 4,
  patienceMs: 5_000,
}

export interface Measured {
  readonly name: string
  readonly maxInWindow: number
  /** Share of the allowance that was used during the load. */
  readonly use: number
  /** Share of the light callers' payments that were let through in time. */
  readonly lightServed: number
  readonly waitP50Ms: number
  readonly waitP99Ms: number
  readonly waitMaxMs: number
  readonly perSecond: number
}

interface Passed {
  readonly caller: string
  readonly askedMs: number
  readonly passedMs: number
}

interface Arrival {
  readonly atMs: number
  readonly caller: string
}

/** Poisson arrivals: one caller that floods, and some that pay once a second. Every limiter gets the same. */
export function arrivals(): Arrival[] {
  const all: Arrival[] = []
  const add = (caller: string, perSecond: number) => {
    for (let atMs = 0; ; ) {
      atMs += (-Math.log(1 - Math.random()) / perSecond) * 1000
      if (atMs > LOAD.seconds * 1000) return
      all.push({ atMs, caller })
    }
  }
  add('flood', LOAD.floodPerSecond)
  for (let light = 0; light < LOAD.lightCallers; light++) add(`light-${light}`, 1)
  return all.sort((a, b) => a.atMs - b.atMs)
}

/** Offers the load to all limiters at the same time, so that a busy moment of the machine slows down all of them. */
export async function measureLoad(limiters: readonly Limiter[], progress: (seconds: number) => void) {
  const load = arrivals()
  const opened = await Promise.all(limiters.map((limiter) => limiter.open(LOAD.limit, LOAD.windowMs)))
  const passed = limiters.map((): Passed[] => [])
  const startMs = performance.now()
  const offer = (admit: Admit, index: number, { atMs, caller }: Arrival) =>
    void admit(caller).then(
      (isIn) => isIn && passed[index]?.push({ caller, askedMs: atMs, passedMs: performance.now() - startMs }),
      () => {},
    )
  let next = 0
  await new Promise<void>((resolve) => {
    const ticking = setInterval(() => {
      const nowMs = performance.now() - startMs
      for (let due = load[next]; due && due.atMs <= nowMs; due = load[++next])
        for (const [index, admit] of opened.entries()) offer(admit, index, due)
      progress(nowMs / 1000)
      if (nowMs < LOAD.seconds * 1000) return
      clearInterval(ticking)
      resolve()
    }, 2)
  })
  return limiters.map(({ name }, index) => resultOf(name, passed[index] ?? [], load))
}

function resultOf(
  name: string,
  all: readonly Passed[],
  load: readonly Arrival[],
): Omit<Measured, 'perSecond'> {
  // Payments that are still queued when the load ends are not counted among the waits.
  const moments = all.map(({ passedMs }) => passedMs).sort((a, b) => a - b)
  const waits = all.map(({ askedMs, passedMs }) => Math.max(0, passedMs - askedMs)).sort((a, b) => a - b)
  const isLight = ({ caller }: { caller: string }) => caller.startsWith('light')
  const lastMs = LOAD.seconds * 1000 - LOAD.patienceMs
  const asked = load.filter((arrival) => isLight(arrival) && arrival.atMs <= lastMs).length
  const served = all.filter(
    (one) => isLight(one) && one.askedMs <= lastMs && one.passedMs - one.askedMs <= LOAD.patienceMs,
  ).length
  const at = (part: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0
  return {
    name,
    maxInWindow: maxInWindow(moments),
    use: moments.length / ((LOAD.limit * LOAD.seconds * 1000) / LOAD.windowMs),
    lightServed: served / asked,
    waitP50Ms: at(0.5),
    waitP99Ms: at(0.99),
    waitMaxMs: waits.at(-1) ?? 0,
  }
}

function maxInWindow(sorted: readonly number[]): number {
  let first = 0
  let most = 0
  for (const [index, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? moment) >= LOAD.windowMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

/** How many requests a second are let through, one after the other, when there is always room. */
export async function measureSpeed({ open }: Limiter, seconds: number): Promise<number> {
  const admit = await open(1_000, 60_000)
  await admit('warm')
  const startMs = performance.now()
  let count = 0
  while (count < 900 && performance.now() - startMs < seconds * 1000) {
    await admit('one')
    count += 1
  }
  return (count * 1000) / (performance.now() - startMs)
}
