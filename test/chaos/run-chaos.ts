import { goodCardNumber } from '../support/payments.ts'
import { type KillPointsResult, killAtEveryPoint } from './kill-points.ts'
import { newRunFolder, openChaosDatabase } from './run-folder.ts'
import type { RunOptions } from './run-options.ts'
import { storm } from './storm.ts'
import { naiveProgram, type StormOptions, serviceProgram } from './storm-options.ts'
import type { StormResult } from './storm-result.ts'

export interface ChaosResult {
  readonly storms: readonly StormResult[]
  /** The same storm over the handler that most people write. */
  readonly naive: StormResult | null
  readonly killPoints: readonly KillPointsResult[]
}

/** Hundreds of kills in ten minutes; the database less often, because every instance stands still with it. */
const everyMs = { kill: 3_000, databaseCrash: 25_000, roll: 60_000, merchant: 2_000 }
const settleWithinMs = 90_000

/** One part after the other, so that none takes the machine from another. */
export async function runChaos(options: RunOptions, say: (line: string) => void): Promise<ChaosResult> {
  const { seed, seconds, faults, only, rate: ordersPerSecond } = options
  const common = { seed, seconds, faults, only, ordersPerSecond, everyMs, settleWithinMs, say }
  const storms: StormResult[] = []
  const killPoints: KillPointsResult[] = []
  for (const kind of options.databases) {
    const instances = kind === 'sqlite' ? 1 : options.instances
    storms.push(await stormOn(kind, { ...common, name: kind, instances, program: serviceProgram }))
    if (options.killPoints > 0) killPoints.push(await killOn(kind, options.killPoints, say))
  }
  const folder = newRunFolder()
  const { instances } = options
  const naive = { ...common, name: 'naive handler', instances, program: naiveProgram, database: null, folder }
  return { storms, naive: options.naive ? await storm(naive) : null, killPoints }
}

async function stormOn(kind: 'postgres' | 'sqlite', options: Omit<StormOptions, 'database' | 'folder'>) {
  const folder = newRunFolder()
  options.say(`${kind}: logs in ${folder}`)
  const database = await openChaosDatabase(kind, folder)
  return storm({ ...options, database, folder }).finally(database.stop)
}

async function killOn(kind: 'postgres' | 'sqlite', times: number, say: (line: string) => void) {
  const folder = newRunFolder()
  const database = await openChaosDatabase(kind, folder)
  // A card that is declined passes the same boundaries.
  const cards = [goodCardNumber]
  return killAtEveryPoint({ database, cards, times, onlyDistinct: true, lanes: 4, folder, say }).finally(
    database.stop,
  )
}
