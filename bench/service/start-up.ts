import { join } from 'node:path'
import type { Progress } from './progress.ts'
import { median } from './statistics.ts'
import { type Surroundings, startTarget, type TargetName } from './targets.ts'

export interface StartUp {
  readonly target: TargetName
  /** Medians, in milliseconds. The bare handler has no ledger: both are the same. */
  readonly newLedgerMs: number
  readonly knownLedgerMs: number
}

/** The time from starting each program, as its image does, to its first 200 of `/readyz`; they take turns. */
export async function measureStartUps(
  names: readonly TargetName[],
  surroundings: Surroundings,
  times: number,
  progress: Progress,
): Promise<StartUp[]> {
  const startsMs = names.map((target) => ({ target, fresh: [] as number[], known: [] as number[] }))
  for (let time = 1; time <= times; time++) {
    progress.say(`start ${time} of ${times}`)
    for (const { target, fresh, known } of startsMs) {
      const databaseUrl = `sqlite:${join(surroundings.folder, `start-${target}-${time}.db`)}`
      for (const took of [fresh, known]) {
        const started = await startTarget(target, surroundings, { databaseUrl })
        took.push(started.startMs)
        await started.stop()
      }
    }
    progress.step()
  }
  return startsMs.map(({ target, fresh, known }) => ({
    target,
    newLedgerMs: median(fresh),
    knownLedgerMs: median(known),
  }))
}
