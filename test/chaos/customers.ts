import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { createDevice, type Device } from './device.ts'
import { ordinaryLatency, planFaults } from './fault-plan.ts'
import type { Fleet } from './fleet.ts'
import type { Random } from './random.ts'
import { shop } from './shopper.ts'
import { planShopper, type ShopperPlan } from './shopper-plan.ts'
import type { Told } from './told.ts'

/** One order, who wants to pay it, and what was planned to go wrong. */
export interface Visit {
  readonly orderId: number
  readonly plan: ShopperPlan
  readonly faults: readonly string[]
  /** The first device, with a token that is valid now. */
  readonly device: () => Promise<Device>
}

export interface CustomersOptions {
  readonly sandbox: Sandbox
  readonly fleet: Fleet
  readonly random: Random
  readonly faults: number
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
    const orderId = createOrder(sandbox, { customer_id: 1_000 + number })
    const planned = planFaults(own.fork('faults'), orderId, options.faults)
    for (const { name, fault } of planned) {
      names.set((await sandbox.faults.add(fault)).id, name)
    }
    await sandbox.faults.add(ordinaryLatency(own.fork('latency'), orderId))
    const makeDevice = deviceMaker(options, { orderId, number, plan, random: own.fork('balancer') })
    const device = () => makeDevice(`shopper-${number}`)
    visits.push({ orderId, plan, faults: planned.map(({ name }) => name), device })
    const devices = [await device(), await makeDevice(`shopper-${number}-phone`)] as const
    await shop({ plan, random: own.fork('habits'), devices, isOver: () => Date.now() > untilMs + 5_000 })
  }

  const over = (async () => {
    const underWay: Promise<void>[] = []
    const startMs = Date.now()
    for (let number = 1; Date.now() < untilMs; number++) {
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

const deviceMaker =
  (
    { fleet, heard }: CustomersOptions,
    { orderId, number, plan, random }: { orderId: number; number: number; plan: ShopperPlan; random: Random },
  ) =>
  async (name: string): Promise<Device> => {
    const owns = plan.asCustomer ? { customer_id: 1_000 + number } : { order_ids: [orderId] }
    const token = await callerToken({ sub: name, ...owns })
    const { patienceMs, methodId } = plan
    const address = () => fleet.address(random)
    return createDevice({ orderId, name, token, patienceMs, methodId, address, heard })
  }
