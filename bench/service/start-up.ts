import type { Progress } from './progress.ts'
import { median } from './statistics.ts'
import { startTarget, type TargetName, type TargetSurroundings } from './targets.ts'

export interface StartUp {
  readonly medianMs: number
  readonly bestMs: number
}

/** The time from starting each program to its first 200 of `/readyz`, in the order of `names`; they take turns. */
export async function measureStartUps(
  names: readonly TargetName[],
  surroundings: TargetSurroundings,
  times: number,
  progress: Progress,
): Promise<StartUp[]> {
  const startsMs = names.map(() => [] as number[])
  for (let time = 1; time <= times; time++) {
    progress.say(`start ${time} of ${times}`)
    for (const [index, name] of names.entries()) {
      const target = await startTarget(name, surroundings)
      startsMs[index]?.push(target.startMs)
      await target.stop()
    }
    progress.step()
  }
  return startsMs.map((each) => ({ medianMs: median(each), bestMs: Math.min(...each) }))
}
