import { join } from 'node:path'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { attemptsOf } from './attempts.ts'
import type { ChaosDatabase } from './chaos-database.ts'
import { watchChargeRequests } from './charge-requests.ts'
import { startEventShop } from './event-shop.ts'
import { createInstance, type Instance } from './instance.ts'
import { awaitEvents } from './judge-events.ts'
import { judgeRun } from './judge-run.ts'
import { boundariesFile } from './kill-header.ts'
import { type KillJob, type KillVisit, listBoundaries, visitAndKill } from './kill-lane.ts'
import type { KillScene } from './kill-scenes.ts'
import { askForTheLastTime } from './last-questions.ts'
import { isVisitOf, makingsCounted, ordersMade } from './made-orders.ts'
import type { Violation } from './promises.ts'
import { createRandom } from './random.ts'
import { serviceSettings } from './service-settings.ts'
import { settleDown } from './settle-down.ts'
import { storyOf } from './story.ts'
import type { Told } from './told.ts'

export interface KillPointsOptions {
  readonly database: ChaosDatabase
  /** Arguments of node: the service, and before it what kills it. */
  readonly program: readonly string[]
  readonly card: string
  /** What the payments come upon; each has its own boundaries. */
  readonly scenes: readonly KillScene[]
  /**
   * Leaves out what cannot differ: between the result of one step and the beginning of the next nothing happens
   * outside the process, so that dying before and after that moment is the same.
   */
  readonly onlyDistinct: boolean
  /** How often an instance is killed at each boundary. */
  readonly times: number
  /** Instances that are killed side by side. */
  readonly lanes: number
  readonly folder: string
  readonly say: (line: string) => void
}

export interface KillPointsResult {
  readonly name: string
  readonly boundaries: readonly string[]
  readonly times: number
  readonly kills: number
  readonly orders: number
  readonly charges: number
  readonly held: number
  readonly violations: readonly Violation[]
  readonly stories: readonly string[]
}

/** From the sources, as the long run starts it. */
export const killedProgram = ['--import', './test/chaos/kill-point.ts', 'src/main.ts']

const settleWithinMs = 90_000

/** Kills an instance at every boundary of a payment, and holds what comes of it against what was charged. */
export async function killAtEveryPoint(options: KillPointsOptions): Promise<KillPointsResult> {
  const { database, card, scenes, times, folder, say } = options
  const sandbox = await startSandbox({ rateLimit: { limit: 1_000, windowMs: 4_000 } })
  // An order whose pending payment was declined can be paid again.
  sandbox.configure({ late_decline_order_status_id: 0 })
  const requests = watchChargeRequests(sandbox)
  const told: Told[] = []
  const instances: Instance[] = []
  const eventShop = await startEventShop(createRandom(1))
  // What is killed here is the sender.
  eventShop.heal()
  const listPath = join(folder, 'boundaries.txt')
  const environment = {
    ...serviceSettings(sandbox, database.url, { auth: authEnvironment }),
    ...eventShop.environment,
    [boundariesFile]: listPath,
  }
  for (let lane = 1; lane <= options.lanes; lane++) {
    instances.push(
      await createInstance({
        program: options.program,
        environment,
        logPath: join(folder, `lane-${lane}.log`),
      }),
    )
  }
  let isOver = false
  const laneOf = (instance: Instance) => ({
    sandbox,
    instance,
    heard: (each: Told) => void told.push(each),
    isOver: () => isOver,
  })
  try {
    const [first] = instances
    if (!first) throw new Error('There must be a lane')
    await first.start()
    const boundaries: string[] = []
    const jobs: KillJob[] = []
    for (const scene of scenes) {
      const listed = await listBoundaries(laneOf(first), { scene, card, listPath })
      boundaries.push(...listed.map((boundary) => `${scene.name}: ${boundary}`))
      for (let time = 0; time < times; time++) {
        const habit = time % 3 === 1 ? 'careless' : 'careful'
        pointsOf(listed, options.onlyDistinct).forEach(
          (killAt) => void jobs.push({ scene, card, killAt, habit }),
        )
      }
    }
    const kills = jobs.length
    const visits: KillVisit[] = []
    const work = async (instance: Instance) => {
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        await instance.start()
        visits.push(await visitAndKill(laneOf(instance), job))
        await instance.kill()
        requests.collect()
        if (jobs.length % 50 === 0)
          say(`${database.kind}: ${jobs.length} kills to go, ${sandbox.charges().length} charges`)
      }
      await instance.start()
    }
    await first.kill()
    await Promise.all(instances.map(work))

    const sayOpen = (open: number) => say(`${database.kind}: all ${kills} killed, ${open} to settle`)
    await settleDown({ sandbox, database, requests, visits, withinMs: settleWithinMs, say: sayOpen })
    isOver = true
    await Promise.all(visits.map(({ over }) => over))
    await askForTheLastTime(visits, told)
    requests.collect()
    const charges = sandbox.charges()
    const readAttempts = async () =>
      attemptsOf(await database.readLedger(), requests.list(), sandbox.charges())
    const attempts = await readAttempts()
    const evidence = {
      told,
      attempts,
      charges,
      requests: requests.list(),
      checkouts: ordersMade(sandbox),
      makings: makingsCounted(sandbox),
      hasLedger: true,
    }
    const violations = [...judgeRun(evidence), ...(await awaitEvents(eventShop, readAttempts))]
    const broken = [...new Set(violations.map(({ orderId }) => orderId))].slice(0, 5)
    return {
      name: database.kind,
      boundaries,
      times,
      kills,
      orders: visits.length,
      charges: charges.length,
      held: attempts.filter(({ row, charges: own }) => row?.status === 'unknown' && own.length === 0).length,
      violations,
      stories: broken.map((orderId) =>
        storyOf(orderId, {
          visit: visits.find((visit) => isVisitOf(visit, orderId, evidence)),
          evidence,
          violations,
        }),
      ),
    }
  } finally {
    isOver = true
    await Promise.all(instances.map((instance) => instance.kill()))
    await eventShop.stop()
    await sandbox.close()
  }
}

/** Numbers of the boundaries to die at, from 1 up. */
const pointsOf = (listed: readonly string[], onlyDistinct: boolean): number[] =>
  listed.flatMap((boundary, index) => {
    const isSameAsNext = !/^(before|sent) /.test(boundary) && listed[index + 1]?.startsWith('before ')
    return onlyDistinct && isSameAsNext ? [] : [index + 1]
  })
