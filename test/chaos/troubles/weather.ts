import { setTimeout as sleep } from 'node:timers/promises'
import type { StormOptions } from '../storm-options.ts'
import { type MeetTroublesOptions, meetTrouble, type TroubleMet } from './meet-troubles.ts'
import type { Probe } from './probes.ts'

export interface Weather {
  readonly probes: readonly Probe[]
  readonly met: readonly TroubleMet[]
  readonly isQuiet: () => boolean
  /** Resolves when there is no time for another trouble, or each was met. */
  readonly over: Promise<void>
}

/** The longest takes a minute; then it takes time to see whether all is well again. */
const troubleMs = 100_000
/** Between two troubles everything else may go wrong again. */
const betweenMs = 15_000

/** Lets troubles come over a storm, one after the other. */
export function createWeather(
  {
    seconds,
    troubles,
    database,
    folder,
    say,
  }: Pick<StormOptions, 'seconds' | 'troubles' | 'database' | 'folder' | 'say'>,
  surroundings: Omit<MeetTroublesOptions, 'database' | 'folder' | 'say' | 'setQuiet'> & {
    readonly untilMs: number
  },
): Weather {
  const probes: Probe[] = []
  const met: TroubleMet[] = []
  let isQuiet = false
  const isStorm = seconds > 0

  async function meetAll(): Promise<void> {
    if (!database) return
    for (const trouble of troubles) {
      if (isStorm) await sleep(betweenMs)
      if (isStorm && Date.now() + troubleMs > surroundings.untilMs) return
      const options = { ...surroundings, database, folder, say }
      const setQuiet = (quiet: boolean) => {
        isQuiet = quiet
      }
      const one = await meetTrouble(trouble, { ...options, setQuiet })
      if (one.met) met.push(one.met)
      probes.push(...one.probes)
    }
  }
  return { probes, met, isQuiet: () => isQuiet, over: meetAll() }
}
