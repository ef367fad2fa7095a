/** Repeatable chance: the same seed gives the same numbers on any machine. */
export interface Random {
  /** From 0 up to, and never, 1. */
  next(): number
  /** A whole number from 0 up to, and never, this. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
}

/** sfc32: four words of state, more than good enough to shuffle a schedule, and quick. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0
  let b = (seed ^ 0x243f6a88) | 0
  let c = (Math.imul(seed, 0x85ebca6b) ^ 0xb7e15162) | 0
  let counter = 1

  function word(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  // Neighbouring seeds start with similar numbers; a few rounds separate them.
  for (let round = 0; round < 12; round++) word()

  const next = () => word() / 0x1_0000_0000
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    // Checked before the dice are thrown, so that what cannot happen uses no number.
    chance: (probability) => probability > 0 && next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  }
}
