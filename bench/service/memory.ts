import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LISTING_CASES, listFor } from './listing.ts'
import type { Progress } from './progress.ts'
import { type Surroundings, startTarget, type TargetName } from './targets.ts'

export interface MemoryUse {
  readonly target: TargetName
  readonly idleMb: number
  /** The most that was resident while 64 connections listed what is largest. */
  readonly loadedMb: number
}

/** Until what the start needed once is collected. */
const idleSeconds = 3
const sampleEveryMs = 200

export async function measureMemory(
  names: readonly TargetName[],
  surroundings: Surroundings,
  seconds: number,
  progress: Progress,
): Promise<MemoryUse[]> {
  const uses: MemoryUse[] = []
  for (const target of names) {
    progress.say(`memory: ${target}`)
    const databaseUrl = `sqlite:${join(surroundings.folder, `memory-${target}.db`)}`
    const measured = await startTarget(target, surroundings, { databaseUrl })
    await sleep(idleSeconds * 1_000)
    const idleMb = measured.use().residentMb
    let loadedMb = idleMb
    const sampling = setInterval(() => {
      loadedMb = Math.max(loadedMb, measured.use().residentMb)
    }, sampleEveryMs)
    for (const listingCase of LISTING_CASES.filter(({ connections }) => connections === 64).slice(0, 4))
      await listFor(target, measured, listingCase, seconds)
    clearInterval(sampling)
    uses.push({ target, idleMb, loadedMb })
    await measured.stop()
    progress.step()
  }
  return uses
}
