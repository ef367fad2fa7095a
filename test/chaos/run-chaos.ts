import { goodCardNumber } from '../support/payments.ts'
import type { ChaosDatabase } from './chaos-database.ts'
import { type KillPointsResult, killAtEveryPoint, killedProgram } from './kill-points.ts'
import { killScenes } from './kill-scenes.ts'
import { createRandom } from './random.ts'
import { type Backing, newRunFolder, openBacking, openChaosDatabase } from './run-folder.ts'
import type { RunOptions } from './run-options.ts'
import { storm } from './storm.ts'
import { naiveProgram, type StormOptions, serviceProgram } from './storm-options.ts'
import type { StormResult } from './storm-result.ts'
import { TROUBLES, type Trouble } from './troubles/troubles.ts'

export interface ChaosResult {
  readonly storms: readonly StormResult[]
  /** Each trouble by itself. */
  readonly troubles: readonly StormResult[]
  /** The same storm over the handler that most people write. */
  readonly naive: StormResult | null
  readonly killPoints: readonly KillPointsResult[]
}

type Kind = ChaosDatabase['kind']

/** Hundreds of kills in ten minutes; the database less often, because every instance stands still with it. */
const everyMs = {
  kill: 3_000,
  databaseCrash: 25_000,
  roll: 60_000,
  merchant: 2_000,
  listing: 5_000,
  refuse: 20_000,
  failOver: 0,
}
/** With a standby that is promoted again and again, which takes up to ten seconds. */
const promoting = { databaseCrash: 0, failOver: 20_000 }
const never = { ...everyMs, kill: 0, databaseCrash: 0, roll: 0, merchant: 0, listing: 0, refuse: 0 }
const settleWithinMs = 90_000

/** One part after the other, so that none takes the machine from another. */
export async function runChaos(options: RunOptions, say: (line: string) => void): Promise<ChaosResult> {
  const { seed, seconds, faults, only, rate: ordersPerSecond, project, mode } = options
  const common = {
    seed,
    seconds,
    faults,
    only,
    ordersPerSecond,
    everyMs: { ...everyMs, kill: 1_000 * options.killEvery },
    settleWithinMs,
    project,
    hasCardTestingLimits: false,
    program: serviceProgram,
    say,
  }
  const storms: StormResult[] = []
  const troubles: StormResult[] = []
  const killPoints: KillPointsResult[] = []
  for (const kind of options.databases) {
    const instances = kind === 'sqlite' ? 1 : options.instances
    const own = { ...common, instances }
    if (mode === 'storm') storms.push(...(await stormOn(kind, own)))
    if (mode === 'troubles') troubles.push(...(await eachTrouble(kind, own)))
    if (mode === 'pooler' && kind === 'postgres')
      storms.push(...(await run(kind, 'pooler', { ...own, name: 'pooler', troubles: [] })))
    if (mode === 'promote' && kind === 'postgres') {
      const storming = {
        ...own,
        name: 'standby promoted',
        troubles: [],
        everyMs: { ...own.everyMs, ...promoting },
      }
      storms.push(...(await run(kind, 'standby', storming)))
    }
    if (options.killPoints > 0) killPoints.push(await killOn(kind, options.killPoints, say))
  }
  const naive = {
    ...common,
    name: 'naive handler',
    instances: options.instances,
    program: naiveProgram,
    project: undefined,
    troubles: [],
    database: null,
    folder: newRunFolder(),
  }
  return { storms, troubles, naive: options.naive ? await storm(naive) : null, killPoints }
}

type Common = Omit<StormOptions, 'database' | 'folder' | 'name' | 'troubles'>

const metOn = (kind: Kind, backing: Backing) =>
  TROUBLES.filter((each) => each.kinds.includes(kind) && ['alone', backing].includes(each.backing))

/** With a standby, or on a disk that can be filled up, so that every trouble may come. */
async function stormOn(kind: Kind, common: Common): Promise<StormResult[]> {
  const backing = kind === 'postgres' ? 'standby' : 'small disk'
  const random = createRandom(common.seed).fork('troubles')
  const troubles = shuffled(metOn(kind, backing), random.next)
  const results = await run(kind, backing, { ...common, name: kind, troubles })
  if (results.length > 0) return results
  return run(kind, 'alone', { ...common, name: kind, troubles: metOn(kind, 'alone') })
}

async function eachTrouble(kind: Kind, common: Common): Promise<StormResult[]> {
  const results: StormResult[] = []
  for (const trouble of TROUBLES.filter(
    ({ kinds, name }) => kinds.includes(kind) && name.includes(common.only),
  )) {
    const alone = { ...common, seconds: 0, ordersPerSecond: 0, everyMs: never, hasCardTestingLimits: true }
    results.push(...(await run(kind, trouble.backing, { ...alone, name: kind, troubles: [trouble] })))
  }
  return results
}

/** @returns nothing where this machine lacks what it takes. */
async function run(
  kind: Kind,
  backing: Backing,
  options: Omit<StormOptions, 'database' | 'folder'>,
): Promise<StormResult[]> {
  const folder = newRunFolder()
  options.say(`${options.name}: logs in ${folder}`)
  const database = await openBacking(kind, backing, { folder, say: options.say })
  if (!database) return []
  return [await storm({ ...options, database, folder }).finally(database.stop)]
}

async function killOn(kind: Kind, times: number, say: (line: string) => void) {
  const folder = newRunFolder()
  const database = await openChaosDatabase(kind, folder)
  // A card that is declined passes the same boundaries.
  const card = goodCardNumber
  const scenes = killScenes
  return killAtEveryPoint({
    database,
    program: killedProgram,
    card,
    scenes,
    times,
    onlyDistinct: true,
    lanes: 4,
    folder,
    say,
  }).finally(database.stop)
}

/** @param next from 0 up to 1. */
const shuffled = (troubles: readonly Trouble[], next: () => number): Trouble[] =>
  troubles
    .map((trouble) => [next(), trouble] as const)
    .sort(([one], [other]) => one - other)
    .map(([, trouble]) => trouble)
