import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { createOrder } from '../support/orders.ts'
import { createDevice, type Device } from './device.ts'
import { ordinaryLatency, planFaults } from './fault-plan.ts'
import type { Fleet } from './fleet.ts'
import type { KeyServer } from './key-server.ts'
import { clutter } from './listings.ts'
import type { Random } from './random.ts'
import { shop } from './shopper.ts'
import { planShopper, type ShopperPlan } from './shopper-plan.ts'
import type { Subject, Told } from './told.ts'

/** One order or checkout, who wants to pay it, and what was planned to go wrong. */
export interface Visit extends Subject {
  /** The checkout that an order came from; another visit may have the same. */
  readonly cartId: string | null
  readonly plan: ShopperPlan
  readonly faults: readonly string[]
  /** The first device, with a token that is valid now; it waits for nothing. */
  readonly device: () => Promise<Device>
}

export interface CustomersOptions {
  readonly sandbox: Sandbox
  readonly fleet: Fleet
  readonly keys: KeyServer
  readonly random: Random
  readonly faults: number
  readonly only: string
  readonly ordersPerSecond: number
  readonly untilMs: number
  readonly heard: (told: Told) => void
}

export interface Customers {
  readonly visits: readonly Visit[]
  /** How many were planned, by kind; those still waiting in the sandbox are not counted. */
  readonly faultsMet: () => Record<string, number>
  readonly over: Promise<void>
}

/** How many shoppers pay a checkout that is no order yet. */
const checkoutShare = 0.3

/** Lets shoppers come, one order each, until it is time, and waits until the last has left. */
export function openShop(options: CustomersOptions): Customers {
  const { sandbox, random, untilMs, ordersPerSecond } = options
  const visits: Visit[] = []
  const names = new Map<string, string>()

  async function visit(number: number): Promise<void> {
    const own = random.fork(`order ${number}`)
    const plan = planShopper(own.fork('shopper'))
    const cartId = own.chance(0.5) || plan.habit === 'two orders' ? randomUUID() : null
    const balancer = own.fork('balancer')
    const checkoutId = own.fork('checkout').chance(checkoutShare)
      ? sandbox.checkouts.create({ customer_id: 1_000 + number }).id
      : null
    const makeOrder = () =>
      checkoutId === null
        ? createOrder(sandbox, { customer_id: 1_000 + number, cart_id: cartId })
        : sandbox.checkouts.makeOrder(checkoutId).id
    const open = (name: string, subject: Subject) =>
      openSubject({ number, plan, cartId, name, subject, random: own.fork(`order of ${name}`), balancer })
    const subject = checkoutId === null ? { orderId: makeOrder() } : { orderId: 0, checkoutId }
    const makeDevice = await open(`shopper-${number}`, subject)
    const makeOther =
      plan.habit === 'two orders'
        ? await open(`shopper-${number}-other`, { orderId: makeOrder() })
        : () => makeDevice('-phone')
    const devices = [await makeDevice(), await makeOther()] as const
    await shop({ plan, random: own.fork('habits'), devices, isOver: () => Date.now() > untilMs + 5_000 })
  }

  /** Plans what will go wrong with an order or a checkout. @returns what makes a device that may pay it. */
  async function openSubject({ number, plan, cartId, name, subject, random: own, balancer }: Opened) {
    if (subject.orderId > 0) clutter(sandbox, own.fork('clutter'), subject.orderId)
    const planned = planFaults(own.fork('faults'), subject, {
      probability: options.faults,
      only: options.only,
      saves: plan.saves,
    })
    for (const { name: fault, fault: rule } of planned) {
      names.set((await sandbox.faults.add(rule)).id, fault)
    }
    await sandbox.faults.add(ordinaryLatency(own.fork('latency'), subject))
    const makeDevice = deviceMaker(options, { subject, number, plan, random: balancer })
    const device = () => makeDevice(name, null)
    visits.push({ ...subject, cartId, plan, faults: planned.map(({ name: fault }) => fault), device })
    return (suffix = '') => makeDevice(`${name}${suffix}`, plan.waitSeconds)
  }

  const over = (async () => {
    const underWay: Promise<void>[] = []
    const startMs = Date.now()
    for (let number = 1; ordersPerSecond > 0 && Date.now() < untilMs; number++) {
      underWay.push(visit(number))
      await sleep(Math.max(0, startMs + (number * 1_000) / ordersPerSecond - Date.now()))
    }
    await Promise.all(underWay)
  })()
  const faultsMet = () => {
    const waiting = new Set(sandbox.faults.list().map(({ id }) => id))
    const met = [...names].filter(([id]) => !waiting.has(id)).map(([, name]) => name)
    return Object.fromEntries([...Map.groupBy(met, (name) => name)].map(([name, all]) => [name, all.length]))
  }
  return { visits, faultsMet, over }
}

interface Opened {
  readonly number: number
  readonly plan: ShopperPlan
  readonly cartId: string | null
  readonly subject: Subject
  /** Of the shopper's first device for it. */
  readonly name: string
  readonly random: Random
  readonly balancer: Random
}

const deviceMaker =
  (
    { fleet, keys, heard }: CustomersOptions,
    { subject, number, plan, random }: Pick<Opened, 'subject' | 'number' | 'plan' | 'random'>,
  ) =>
  async (name: string, waitSeconds: number | null): Promise<Device> => {
    const { orderId, checkoutId } = subject
    const named = checkoutId ? { checkout_ids: [checkoutId] } : { order_ids: [orderId] }
    const owns = plan.asCustomer ? { customer_id: 1_000 + number } : named
    const token = await keys.mint({ sub: name, ...owns })
    const { patienceMs, methodId, saves } = plan
    const address = () => fleet.address(random)
    return createDevice({
      ...subject,
      name,
      token,
      patienceMs,
      methodId,
      saves,
      waitSeconds,
      address,
      heard,
    })
  }
