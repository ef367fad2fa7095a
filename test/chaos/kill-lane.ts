import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { callerToken } from '../support/caller-token.ts'
import type { Visit } from './customers.ts'
import { createDevice } from './device.ts'
import type { Instance } from './instance.ts'
import { killHeader } from './kill-header.ts'
import type { KillScene } from './kill-scenes.ts'
import { createRandom } from './random.ts'
import { shop } from './shopper.ts'
import type { ShopperPlan } from './shopper-plan.ts'
import { type Subject, subjectOf, type Told } from './told.ts'

export interface KillJob {
  readonly scene: KillScene
  readonly card: string
  /** Number of the boundary at which the instance is to die; 0 lets it live. */
  readonly killAt: number
  readonly habit: 'careful' | 'careless'
}

export interface KillVisit extends Visit {
  /** The shopper's further tries, which go on while other payments are being killed. */
  readonly over: Promise<void>
}

interface Lane {
  readonly sandbox: Sandbox
  readonly instance: Instance
  readonly heard: (told: Told) => void
  readonly isOver: () => boolean
}

/** One order whose payment kills its instance, and whose shopper then goes on as shoppers do. */
export async function visitAndKill(lane: Lane, job: KillJob): Promise<KillVisit> {
  const { sandbox, instance, heard, isOver } = lane
  const { scene, card, killAt, habit } = job
  const deviceFor = async (paid: Subject, headers: Record<string, string> = {}) => {
    const name = `shopper-of-${subjectOf(paid)}`
    return createDevice({
      ...paid,
      name,
      token: await callerToken({ sub: name, customer_id: 11 }),
      patienceMs: 5_000,
      methodId: 'stripe.card',
      address: () => instance.url,
      heard,
      headers,
    })
  }
  const subject = await scene.prepare(sandbox, deviceFor)
  const device = (headers: Record<string, string> = {}) => deviceFor(subject, headers)
  const key = randomUUID()
  await (await device({ [killHeader]: String(killAt), ...scene.headers })).pay(key, card)
  if (scene.goesOnMs && killAt > 0) await instance.ended(scene.goesOnMs)

  const plan: ShopperPlan = {
    habit,
    cards: [card],
    patienceMs: 5_000,
    stepsMax: 60,
    asCustomer: true,
    methodId: 'stripe.card',
    saves: false,
    reloads: true,
    waitSeconds: null,
  }
  const next = await device()
  const over =
    killAt === 0
      ? Promise.resolve()
      : shop({ plan, random: createRandom(subject.orderId), devices: [next, next], isOver, key })
  return {
    ...subject,
    cartId: null,
    plan,
    faults: [`${scene.name}, killed at boundary ${killAt}`],
    device: () => device(),
    over,
  }
}

const listingTriesMax = 5

/** What a payment with this card passes, in order, as one that is not killed lists it. */
export async function listBoundaries(
  lane: Lane,
  { scene, card, listPath }: { readonly scene: KillScene; readonly card: string; readonly listPath: string },
): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    const before = linesOf(listPath).length
    await visitAndKill(lane, { scene, card, killAt: 0, habit: 'careful' })
    // The last lines are written after the answer has gone out: also those of an end that is written later.
    await sleep(scene.goesOnMs ?? 1_500)
    const listed = linesOf(listPath).slice(before)
    // Alone is the answer of an instance that a busy machine makes turn payments away.
    if (listed.length > 1 || tries === listingTriesMax) return listed
  }
}

const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [])
