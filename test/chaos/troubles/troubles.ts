import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import type { Sandbox } from '../../../sandbox/start-sandbox.ts'
import type { ChaosDatabase } from '../chaos-database.ts'
import type { EventShop } from '../event-shop.ts'
import type { Fleet } from '../fleet.ts'
import type { KeyServer } from '../key-server.ts'
import { newerVersion } from '../newer-version.ts'
import type { Random } from '../random.ts'
import type { Backing } from '../run-folder.ts'
import type { Subject } from '../told.ts'

export interface TroubleSurroundings {
  readonly sandbox: Sandbox
  readonly fleet: Fleet
  readonly database: ChaosDatabase
  readonly keys: KeyServer
  /** Null where no events are sent. */
  readonly eventShop: EventShop | null
  readonly random: Random
  readonly folder: string
}

/** Something that goes wrong for all at once, and is over after a while. */
export interface Trouble {
  readonly name: string
  readonly kinds: readonly ChaosDatabase['kind'][]
  /** What it needs behind the service. */
  readonly backing: Backing
  /**
   * Whether an instance dies in the middle of payments. Customers who made one of those are told to ask again until it is certain that no
   * instance works on it any more; all others are served.
   */
  readonly kills?: boolean
  /** To whom it does nothing: they are served while it lasts, too. */
  readonly spares?: (subject: Subject) => boolean
  /** Resolves when it is over. */
  meet(surroundings: TroubleSurroundings): Promise<void>
}

const both = ['postgres', 'sqlite'] as const

export const TROUBLES: readonly Trouble[] = [
  { name: 'an outage of a minute at BigCommerce', kinds: both, backing: 'alone', meet: outage },
  {
    name: 'checkouts that hang at BigCommerce',
    kinds: both,
    backing: 'alone',
    spares: ({ checkoutId }) => !checkoutId,
    meet: hangingCheckouts,
  },
  {
    name: 'a receiver of events that hangs',
    kinds: both,
    backing: 'alone',
    spares: () => true,
    meet: hangingReceiver,
  },
  { name: 'a key server that hangs', kinds: both, backing: 'alone', kills: true, meet: hangingKeyServer },
  {
    name: 'a rolling upgrade, and one instance back',
    kinds: both,
    backing: 'alone',
    kills: true,
    meet: upgrade,
  },
  {
    name: 'a crash of the database',
    kinds: ['postgres'],
    backing: 'alone',
    meet: async ({ database }) => database.crash?.(crashedMs),
  },
  {
    name: 'a fail-over by way of a read-only server',
    kinds: ['postgres'],
    backing: 'standby',
    meet: async ({ database }) => database.failOver?.('read-only'),
  },
  {
    name: 'a primary that dies, and its standby is promoted',
    kinds: ['postgres'],
    backing: 'standby',
    meet: async ({ database }) => database.failOver?.('dies'),
  },
  { name: 'a full disk', kinds: ['sqlite'], backing: 'small disk', meet: fullDisk },
  {
    name: '`kill -9` of every instance',
    kinds: both,
    backing: 'alone',
    kills: true,
    meet: async ({ fleet }) => fleet.killAll(),
  },
]

const crashedMs = 3_000
/** A third of the minute each. */
const outagePartMs = 20_000
const ofCheckouts = ['checkout', 'checkout_orders', 'orders'] as const
const operations = ['pay', 'access_tokens', 'order', 'transactions', 'methods', ...ofCheckouts] as const

/** First errors, also after charges; then nothing answers; then nothing listens. */
async function outage({ sandbox }: TroubleSurroundings): Promise<void> {
  const during = async (inputs: readonly FaultInput[]) => {
    const faults = await Promise.all(inputs.map(sandbox.faults.add))
    await sleep(outagePartMs)
    for (const { id } of faults) sandbox.faults.remove(id)
  }
  // Only charges go wrong here, a few of them after the money was taken: what reaches the payments host is held.
  await during([
    { operation: 'pay', kind: 'status_after_charge', status: 503, times: 10 },
    { operation: 'pay', kind: 'status', status: 503 },
  ])
  await during(operations.map((operation) => ({ operation, kind: 'hang_before_charge' })))
  for (const operation of ['pay', 'order'] as const)
    await sandbox.faults.add({ operation, kind: 'refuse', for_ms: outagePartMs })
  await sleep(outagePartMs)
}

async function hangingCheckouts({ sandbox }: TroubleSurroundings): Promise<void> {
  const faults = await Promise.all(
    ofCheckouts.map((operation) => sandbox.faults.add({ operation, kind: 'hang_before_charge' })),
  )
  await sleep(outagePartMs)
  for (const { id } of faults) sandbox.faults.remove(id)
}

async function hangingReceiver({ eventShop }: TroubleSurroundings): Promise<void> {
  eventShop?.hang(true)
  await sleep(outagePartMs)
  eventShop?.hang(false)
}

const keysHangMs = 20_000
const forgedEveryMs = 200

/** Tokens with unknown keys make it worth asking, and an instance comes up meanwhile. */
async function hangingKeyServer({ keys, fleet, random }: TroubleSurroundings): Promise<void> {
  keys.hang()
  const untilMs = Date.now() + keysHangMs
  const killing = sleep(keysHangMs / 4).then(() => fleet.killOne(random))
  const token = await keys.forge()
  while (Date.now() < untilMs) {
    await fetch(`${fleet.readyAddress()}/orders/1/payments`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(forgedEveryMs),
    }).catch(() => {})
    await sleep(forgedEveryMs)
  }
  keys.recover()
  await killing
}

async function upgrade({ fleet, folder }: TroubleSurroundings): Promise<void> {
  await fleet.upgrade(newerVersion(folder))
}

const fullMs = 15_000

async function fullDisk({ database: { disk } }: TroubleSurroundings): Promise<void> {
  disk?.fill()
  await sleep(fullMs)
  disk?.free()
}
