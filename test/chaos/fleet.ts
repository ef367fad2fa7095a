import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createInstance, type Instance } from './instance.ts'
import type { Random } from './random.ts'

/** What was done to the instances, and what they say of it. */
export interface FleetCounts {
  kills: number
  rollingRestarts: number
  /** Ended by SIGTERM with an exit code other than 0. */
  uncleanStops: number
}

export interface Fleet {
  readonly counts: FleetCounts
  readonly address: (random: Random) => string
  /** One that takes payments, in turn, as a load balancer knows them; any where none does. */
  readonly readyAddress: () => string
  /** SIGKILL to a running instance, which comes back after a while. Does nothing when none is running. */
  killOne(random: Random): Promise<void>
  /** SIGTERM and a start for one after the other, as a deployment does. */
  roll(): Promise<void>
  /** SIGKILL to all at once, and a start of each. */
  killAll(): Promise<void>
  /**
   * Brings one instance after the other to the version in another folder. Meanwhile one of the older version dies and comes back,
   * and at the end one goes back to its version.
   */
  upgrade(project: string): Promise<void>
  /** Resolves when all are up. */
  idle(): Promise<void>
  crashes(): number
  /** Unfinished attempts of a dead instance, as reported by the instances that found them. */
  abandoned(): { released: number; unknown: number }
  stop(): Promise<void>
}

/** How many tries to find an instance to kill: 5 s. */
const waitMs = 100
const waitsMax = 50

export interface FleetOptions {
  readonly size: number
  readonly program: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  /** Where the program is; the present folder unless given. */
  readonly project?: string | undefined
}

/** How often a load balancer asks who is ready. */
const healthCheckMs = 500

export async function startFleet({
  size,
  program,
  environment,
  folder,
  project,
}: FleetOptions): Promise<Fleet> {
  const instances: Instance[] = []
  for (let number = 1; number <= size; number++) {
    instances.push(
      await createInstance({
        program,
        environment,
        logPath: join(folder, `instance-${number}.log`),
        project,
      }),
    )
  }
  // One after the other: only the first finds a ledger without tables.
  for (const instance of instances) await instance.start()
  const counts: FleetCounts = { kills: 0, rollingRestarts: 0, uncleanStops: 0 }
  const busy = new Map<Instance, Promise<void>>()

  function occupy(instance: Instance, work: () => Promise<void>): Promise<void> {
    const done = work().finally(() => busy.delete(instance))
    busy.set(instance, done)
    return done
  }
  const free = () => instances.filter((instance) => !busy.has(instance))

  let ready = instances
  let turn = 0
  const healthChecks = setInterval(async () => {
    const are = await Promise.all(instances.map((instance) => instance.isReady()))
    ready = instances.filter((_, index) => are[index])
  }, healthCheckMs)
  const replace = (instance: Instance, work: () => Promise<unknown>, folder: string) =>
    occupy(instance, async () => {
      await work()
      instance.moveTo(folder)
      await instance.start()
    })

  return {
    counts,
    readyAddress() {
      const among = ready.length > 0 ? ready : instances
      return among[turn++ % among.length]?.url ?? ''
    },
    address: (random) => instances[random.between(0, instances.length - 1)]?.url ?? '',
    async killOne(random) {
      // In a fleet of three one instance is always left running, or a slow machine would only start instances.
      const isEnough = () => free().length > (instances.length > 2 ? 1 : 0)
      for (let waits = 0; !isEnough() && waits < waitsMax; waits++) await sleep(waitMs)
      const [first, ...rest] = free()
      if (!first || !isEnough()) return
      const victim = random.pick([first, ...rest])
      const downForMs = random.between(0, 1_500)
      counts.kills++
      await occupy(victim, async () => {
        await victim.kill()
        await sleep(downForMs)
        await victim.start()
      })
    },
    async roll() {
      counts.rollingRestarts++
      for (const instance of free()) {
        if (busy.has(instance)) continue
        await occupy(instance, async () => {
          if (((await instance.stop()) ?? 0) !== 0) counts.uncleanStops++
          await instance.start()
        })
      }
    },
    async killAll() {
      counts.kills += instances.length
      await Promise.all(
        instances.map((instance) =>
          occupy(instance, async () => {
            await instance.kill()
            await instance.start()
          }),
        ),
      )
    },
    async upgrade(newer) {
      const older = project ?? process.cwd()
      const stop = async (instance: Instance) => {
        if (((await instance.stop()) ?? 0) !== 0) counts.uncleanStops++
      }
      counts.rollingRestarts++
      for (const [index, instance] of instances.entries()) {
        await replace(instance, () => stop(instance), newer)
        const next = instances[index + 1]
        if (index === 0 && next) await replace(next, () => next.kill(), older)
      }
      const last = instances.at(-1)
      if (last) await replace(last, () => last.kill(), older)
    },
    idle: async () => void (await Promise.all(busy.values())),
    crashes: () => instances.reduce((sum, instance) => sum + instance.crashes(), 0),
    abandoned: () => abandonedIn(instances.map(({ logPath }) => readFileSync(logPath, 'utf8'))),
    async stop() {
      clearInterval(healthChecks)
      await Promise.all(instances.map((instance) => instance.kill()))
    },
  }
}

const Recovered = z.object({
  msg: z.literal('abandoned payments recovered'),
  released: z.number(),
  unknown: z.number(),
})

function abandonedIn(logs: readonly string[]): { released: number; unknown: number } {
  const total = { released: 0, unknown: 0 }
  for (const line of logs.flatMap((log) => log.split('\n'))) {
    if (!line.includes('abandoned payments recovered')) continue
    const found = Recovered.safeParse(JSON.parse(line)).data
    total.released += found?.released ?? 0
    total.unknown += found?.unknown ?? 0
  }
  return total
}
