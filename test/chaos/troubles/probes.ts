import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../../sandbox/start-sandbox.ts'
import { createOrder } from '../../support/orders.ts'
import { goodCardNumber } from '../../support/payments.ts'
import type { Visit } from '../customers.ts'
import { createDevice, type Device } from '../device.ts'
import type { Fleet } from '../fleet.ts'
import type { KeyServer } from '../key-server.ts'
import type { ShopperPlan } from '../shopper-plan.ts'
import type { Told } from '../told.ts'

/** A shopper with a good card and an order or a checkout of their own, to whom nothing goes wrong but the trouble that all have. */
export interface Probe extends Visit {
  readonly beganAtMs: number
  /** In order. */
  readonly heard: readonly (Told & { readonly askedAtMs: number })[]
}

export interface Probes {
  readonly all: readonly Probe[]
  /** Lets no more of them begin, and resolves when all are paid or have given up. */
  end(): Promise<void>
}

export interface ProbesOptions {
  readonly sandbox: Sandbox
  readonly fleet: Fleet
  readonly keys: KeyServer
  readonly heard: (told: Told) => void
}

/** Every third one pays a checkout that is no order yet. */
const checkoutEvery = 3
/** One after the other, and each asks again as long as it is refused: an outage of a minute gathers many. */
const everyMs = 800
const againMs = 1_500
/** A shopper looks at the spinner for so long. The service itself answers within its timeouts. */
const patienceMs = 10_000
/** A customer who is still not paid so long after the last has begun gives up. */
const lastsMs = 15_000

const plan: ShopperPlan = {
  habit: 'careful',
  cards: [goodCardNumber],
  patienceMs,
  stepsMax: Number.POSITIVE_INFINITY,
  asCustomer: false,
  methodId: 'stripe.card',
  saves: false,
  reloads: false,
  waitSeconds: null,
}

let probes = 0

export function sendProbes({ sandbox, fleet, keys, heard }: ProbesOptions): Probes {
  const all: Probe[] = []
  const running: Promise<void>[] = []
  let goesOn = true
  let givesUpAtMs = Number.POSITIVE_INFINITY

  function begin(): void {
    const name = `probe-${++probes}`
    const isCheckout = probes % checkoutEvery === 0
    const checkoutId = isCheckout ? sandbox.checkouts.create({ customer_id: probes }).id : null
    const orderId = isCheckout ? 0 : createOrder(sandbox)
    const own: (Told & { askedAtMs: number })[] = []
    let askedAtMs = 0
    const device = async () =>
      createDevice({
        orderId,
        checkoutId,
        name,
        token: await keys.mint({
          sub: name,
          ...(checkoutId === null ? { order_ids: [orderId] } : { checkout_ids: [checkoutId] }),
        }),
        patienceMs,
        methodId: plan.methodId,
        // As behind a load balancer that asks who is ready.
        address: () => fleet.readyAddress(),
        heard: (told) => {
          own.push({ ...told, askedAtMs })
          heard(told)
        },
      })
    all.push({
      orderId,
      checkoutId,
      cartId: null,
      plan,
      faults: ['probe'],
      device,
      beganAtMs: Date.now(),
      heard: own,
    })
    const ask = (what: () => Promise<Told>) => {
      askedAtMs = Date.now()
      return what()
    }
    running.push(device().then((own) => payAtLast(own, ask)))
  }

  async function payAtLast(device: Device, ask: (what: () => Promise<Told>) => Promise<Told>) {
    const key = randomUUID()
    let isOpen = false
    while (Date.now() < givesUpAtMs) {
      const told = await ask(() => (isOpen ? device.look() : device.pay(key, goodCardNumber)))
      if (told.payments.some(({ status }) => status === 'success')) return
      isOpen = told.payments.some(({ status }) => ['processing', 'pending', 'unknown'].includes(status))
      await sleep(againMs)
    }
  }

  const beginning = (async () => {
    while (goesOn) {
      begin()
      await sleep(everyMs)
    }
  })()
  return {
    all,
    async end() {
      goesOn = false
      givesUpAtMs = Date.now() + lastsMs
      await beginning
      await Promise.all(running)
    },
  }
}
