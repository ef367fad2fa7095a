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
import type { Told } from './told.ts'

/** One order, who wants to pay it, and what was planned to go wrong. */
export interface Visit {
  readonly orderId: number
  /** The checkout that it came from; another visit may have the same. */
  readonly cartId: string | null
  readonly plan: ShopperPlan
  readonly faults: readonly string[]
  /** The first device, with a token that is valid now. */
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
    const open = (name: string) =>
      openOrder({ number, plan, cartId, name, random: own.fork(`order of ${name}`), balancer })
    const makeDevice = await open(`shopper-${number}`)
    const makeOther =
      plan.habit === 'two orders' ? await open(`shopper-${number}-other`) : () => makeDevice('-phone')
    const devices = [await makeDevice(), await makeOther()] as const
    await shop({ plan, random: own.fork('habits'), devices, isOver: () => Date.now() > untilMs + 5_000 })
  }

  /** Makes an order and what will go wrong with it. @returns what makes a device that may pay it. */
  async function openOrder({ number, plan, cartId, name, random: own, balancer }: OpenedOrder) {
    const orderId = createOrder(sandbox, { customer_id: 1_000 + number, cart_id: cartId })
    clutter(sandbox, own.fork('clutter'), orderId)
    const planned = planFaults(own.fork('faults'), orderId, {
      probability: options.faults,
      only: options.only,
      saves: plan.saves,
    })
    for (const { name: fault, fault: rule } of planned) {
      names.set((await sandbox.faults.add(rule)).id, fault)
    }
    await sandbox.faults.add(ordinaryLatency(own.fork('latency'), orderId))
    const makeDevice = deviceMaker(options, { orderId, number, plan, random: balancer })
    const device = (suffix = '') => makeDevice(`${name}${suffix}`)
    visits.push({ orderId, cartId, plan, faults: planned.map(({ name: fault }) => fault), device })
    return device
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

interface OpenedOrder {
  readonly number: number
  readonly plan: ShopperPlan
  readonly cartId: string | null
  /** Of the shopper's first device for it. */
  readonly name: string
  readonly random: Random
  readonly balancer: Random
}

const deviceMaker =
  (
    { fleet, keys, heard }: CustomersOptions,
    { orderId, number, plan, random }: { orderId: number; number: number; plan: ShopperPlan; random: Random },
  ) =>
  async (name: string): Promise<Device> => {
    const owns = plan.asCustomer ? { customer_id: 1_000 + number } : { order_ids: [orderId] }
    const token = await keys.mint({ sub: name, ...owns })
    const { patienceMs, methodId, saves } = plan
    const address = () => fleet.address(random)
    return createDevice({ orderId, name, token, patienceMs, methodId, saves, address, heard })
  }
