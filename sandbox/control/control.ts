import { checkedInput } from '../checked-input.ts'
import { type Fault, type FaultInput, FaultInputSchema, type RefuseFault } from '../faults/fault.ts'
import type { Listeners } from '../listener.ts'
import { type ElsewhereInput, ElsewhereSchema, payElsewhere } from '../payments/pay-elsewhere.ts'
import { orderView } from '../routes/order-view.ts'
import type { Runtime } from '../runtime.ts'
import { type ClockChange, ClockChangeSchema, type ClockReport } from '../state/clock.ts'
import { type OddFieldsInput, OddFieldsSchema } from '../state/odd-fields.ts'
import { OrderEditSchema, OrderInputSchema } from '../state/order-input.ts'
import {
  changeSettings,
  type Settings,
  type SettingsChange,
  SettingsChangeSchema,
} from '../state/settings.ts'
import { type Delivery, sendWebhook } from '../webhooks/send-webhook.ts'
import { type WebhookInput, WebhookInputSchema } from '../webhooks/webhook.ts'
import { createWorld } from '../world.ts'
import { addTransactions, type TransactionsInput, TransactionsInputSchema } from './add-transactions.ts'
import { checkoutsOf } from './checkouts.ts'

export type Control = ReturnType<typeof createControl>

/** Everything that `/_sandbox` offers, as methods for tests in the same process. */
export function createControl(runtime: Runtime, listeners: Listeners) {
  const refusals = createRefusals(runtime, listeners)

  return {
    charges: () => runtime.world.charges.list(),
    requests: () => runtime.world.requests.list(),
    stats: () => statsOf(runtime),
    settings: (): Settings => runtime.world.settings,
    configure(change: SettingsChange): Settings {
      const checked = checkedInput(SettingsChangeSchema, change)
      runtime.world.settings = changeSettings(runtime.world.settings, checked)
      return runtime.world.settings
    },
    clock: {
      report: (): ClockReport => runtime.world.clock.report(),
      change(change: ClockChange): ClockReport {
        runtime.world.clock.change(checkedInput(ClockChangeSchema, change))
        return runtime.world.clock.report()
      },
    },
    faults: {
      list: (): Fault[] => runtime.world.faults.list(),
      async add(input: FaultInput): Promise<Fault> {
        const fault = runtime.world.faults.add(checkedInput(FaultInputSchema, input))
        if (fault.kind === 'refuse') refusals.start(fault)
        return fault
      },
      remove: (id: string): void => runtime.world.faults.remove(id),
      async clear(): Promise<void> {
        runtime.world.faults.clear()
        await refusals.stop()
      },
    },
    oddFields: {
      add: (input: OddFieldsInput): void => runtime.world.oddFields.add(checkedInput(OddFieldsSchema, input)),
      clear: (): void => runtime.world.oddFields.clear(),
    },
    transactions: {
      /** @returns their ids. */
      add: (input: TransactionsInput): number[] =>
        addTransactions(runtime.world, checkedInput(TransactionsInputSchema, input)).map(({ id }) => id),
    },
    orders: ordersOf(runtime),
    checkouts: checkoutsOf(runtime),
    sendWebhook: (input: WebhookInput): Promise<Delivery> =>
      sendWebhook(runtime, checkedInput(WebhookInputSchema, input)),
    async reset(): Promise<void> {
      runtime.world = createWorld(runtime.options)
      await refusals.stop()
    },
  }
}

/** Orders as a merchant's software makes them, without HTTP in between. */
function ordersOf(runtime: Runtime) {
  const view = (id: number) => {
    const order = runtime.world.orders.find(id)
    if (!order) throw new Error(`There is no order ${id}.`)
    return orderView(order, runtime.world.now())
  }
  return {
    get: view,
    create(input: unknown) {
      return view(runtime.world.orders.create(checkedInput(OrderInputSchema, input)).id)
    },
    /** Another application pays the order, or BigCommerce's own checkout does. */
    payElsewhere(id: number, input: ElsewhereInput = {}) {
      return payElsewhere(runtime.world, id, checkedInput(ElsewhereSchema, input))
    },
    edit(id: number, edit: unknown) {
      return view(runtime.world.orders.edit(id, checkedInput(OrderEditSchema, edit)).id)
    },
  }
}

function statsOf({ world }: Runtime) {
  return { payments: world.paymentWindow.report(), violations: world.violations.list() }
}

const hostOf = (fault: RefuseFault) => (fault.operation === 'pay' ? 'payments' : 'management')

/** Hosts that have stopped listening. A host comes back when its last `refuse` fault is gone. */
function createRefusals(runtime: Runtime, listeners: Listeners) {
  const end = async (fault: RefuseFault): Promise<void> => {
    runtime.world.faults.remove(fault.id)
    const others = runtime.world.faults.list().filter((each) => each.kind === 'refuse')
    if (others.some((other) => hostOf(other) === hostOf(fault))) return
    await listeners.get(hostOf(fault))?.accept()
  }

  return {
    start(fault: RefuseFault): void {
      listeners.get(hostOf(fault))?.refuse()
      if (fault.for_ms !== undefined) runtime.delays.after(fault.for_ms, () => void end(fault))
    },
    async stop(): Promise<void> {
      await Promise.all([...listeners.values()].map((listener) => listener.accept()))
    },
  }
}
