import { parseArgs } from 'node:util'
import { holdsCardNumber } from '../../domain/card-number.ts'
import { DECISIONS, type Decision } from '../../domain/decide-payment.ts'
import { type Money, moneyFromDecimal } from '../../domain/money.ts'
import { parseOrderId } from '../../domain/order.ts'

export const usage = `npm run payments -- held
npm run payments -- show ORDER|PAYMENT
npm run payments -- resolve PAYMENT charged|not-charged --by NAME --because TEXT [--unread]
npm run payments -- events
npm run payments -- events repeat EVENT|dead
npm run payments -- hold ORDER --amount 60.98 --currency USD --method stripe.card --sent-at INSTANT [--payment ID] --by NAME --because TEXT

Lists payments that have no end, tells the story of one, and ends one when only a person can know how it ended.
  --by NAME       who decides; kept with the payment
  --because TEXT  why, for example what the gateway's dashboard says; kept with the payment
  --unread        decide although BigCommerce cannot be read
events lists the events that were not delivered to EVENTS_URL yet; repeat sends one again, or all that were given up (dead).
hold is for a ledger that was restored from a backup: it holds an order whose charge the ledger has forgotten.
  --json          print one JSON document instead of lines

Exits with 0 when done, 1 when refused or not found, 2 for a wrong command, 3 when the ledger or BigCommerce is away.
In the image: node dist/payments.js …`

/** What a person wants of the desk. */
export type DeskCommand =
  | { readonly name: 'help' }
  | { readonly name: 'held' }
  | { readonly name: 'events' }
  /** null for every event that was given up. */
  | { readonly name: 'repeat'; readonly eventId: string | null }
  | { readonly name: 'show'; readonly orderOrPayment: string }
  | {
      readonly name: 'resolve'
      readonly paymentId: string
      readonly decision: Decision
      readonly by: string
      readonly because: string
      readonly isUnread: boolean
    }
  | ({ readonly name: 'hold'; readonly by: string; readonly because: string } & HeldCharge)

/** A charge that a restored ledger has forgotten. */
export interface HeldCharge {
  readonly orderId: number
  /** null for a new one. */
  readonly paymentId: string | null
  readonly money: Money
  readonly paymentMethodId: string
  readonly sentAtMs: number
}

/** The command was not written as it must be. The message is a sentence. */
export class WrongCommand extends Error {}

const nameLengthMax = 100
const reasonLengthMax = 2_000

/** @throws WrongCommand */
export function readArguments(words: readonly string[]): DeskCommand {
  const { values, positionals } = parsed(words)
  const [name, ...operands] = positionals
  if (values.help) return { name: 'help' }
  switch (name) {
    case 'hold':
      expectOperands(operands, 1)
      return {
        name,
        ...chargeOf(operands[0] ?? '', values),
        by: textOf('--by', values.by, nameLengthMax),
        because: textOf('--because', values.because, reasonLengthMax),
      }
    case 'held':
      expectOperands(operands, 0)
      return refuseOptions(values, { name })
    case 'events':
      return refuseOptions(values, eventsCommand(operands))
    case 'show': {
      expectOperands(operands, 1)
      return refuseOptions(values, { name, orderOrPayment: operands[0] ?? '' })
    }
    case 'resolve': {
      expectOperands(operands, 2)
      const [paymentId = '', decision = ''] = operands
      if (!isDecision(decision)) throw new WrongCommand('Say charged or not-charged.')
      return {
        name,
        paymentId,
        decision,
        by: textOf('--by', values.by, nameLengthMax),
        because: textOf('--because', values.because, reasonLengthMax),
        isUnread: values.unread === true,
      }
    }
    case undefined:
      throw new WrongCommand('Say what to do: held, show, resolve, events or hold.')
    default:
      throw new WrongCommand('There is no such command: say held, show, resolve, events or hold.')
  }
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        by: { type: 'string' },
        because: { type: 'string' },
        unread: { type: 'boolean' },
        amount: { type: 'string' },
        currency: { type: 'string' },
        method: { type: 'string' },
        'sent-at': { type: 'string' },
        payment: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new WrongCommand(error instanceof Error ? error.message : String(error))
  }
}

function eventsCommand([verb, ...operands]: readonly string[]): DeskCommand {
  if (verb === undefined) return { name: 'events' }
  if (verb !== 'repeat') throw new WrongCommand('Say events, or events repeat EVENT, or events repeat dead.')
  expectOperands(operands, 1)
  const [event = ''] = operands
  return { name: 'repeat', eventId: event === 'dead' ? null : event }
}

const isDecision = (word: string): word is Decision => (DECISIONS as readonly string[]).includes(word)

function expectOperands(operands: readonly string[], count: number): void {
  if (operands.length > count)
    throw new WrongCommand(`That is a word too many: ${operands.slice(count).join(' ')}`)
  if (operands.length < count) throw new WrongCommand('Some word is missing.')
}

function refuseOptions<Command>(
  { by, because, unread }: { by?: string; because?: string; unread?: boolean },
  command: Command,
): Command {
  if (by !== undefined || because !== undefined || unread)
    throw new WrongCommand('--by, --because and --unread belong to resolve.')
  return command
}

/** It goes into the ledger and onto terminals for good. */
function textOf(option: string, given: string | undefined, lengthMax: number): string {
  const text = (given ?? '').trim()
  if (text === '') throw new WrongCommand(`${option} is required: it is kept with the payment.`)
  if (text.length > lengthMax) throw new WrongCommand(`${option} must have at most ${lengthMax} characters.`)
  if (/\p{Cc}/u.test(text)) throw new WrongCommand(`${option} must be one line, without control characters.`)
  if (holdsCardNumber(text)) throw new WrongCommand(`${option} must not hold a card number.`)
  return text
}

type Given = Readonly<Record<'amount' | 'currency' | 'method' | 'sent-at' | 'payment', string | undefined>>

function chargeOf(order: string, given: Partial<Given>): HeldCharge {
  const orderId = parseOrderId(order)
  if (orderId === null) throw new WrongCommand('Say the number of an order.')
  const money = moneyFromDecimal(given.amount ?? '', given.currency ?? '')
  if (money === null) throw new WrongCommand('--amount and --currency must be as in 60.98 and USD.')
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(given.method ?? ''))
    throw new WrongCommand('--method must be a payment method, as in stripe.card.')
  const sentAtMs = Date.parse(given['sent-at'] ?? '')
  if (!(sentAtMs <= Date.now()))
    throw new WrongCommand('--sent-at must be an instant that has passed, as in 2026-11-22T13:00:00Z.')
  const paymentId = given.payment ?? null
  if (paymentId !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(paymentId))
    throw new WrongCommand('--payment must be the id of a payment (a UUID).')
  return { orderId, paymentId, money, paymentMethodId: given.method ?? '', sentAtMs }
}
