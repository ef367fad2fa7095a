import { parseArgs } from 'node:util'
import { holdsCardNumber } from '../../domain/card-number.ts'
import { DECISIONS, type Decision } from '../../domain/decide-payment.ts'

export const usage = `npm run payments -- held
npm run payments -- show ORDER|PAYMENT
npm run payments -- resolve PAYMENT charged|not-charged --by NAME --because TEXT [--unread]

For payments that have no end: which there are, what happened to one, and how it ended where only a person can know.
  --by NAME       who decides; kept with the payment
  --because TEXT  why, for example what the gateway's dashboard says; kept with the payment
  --unread        decide although BigCommerce cannot be read
  --json          print one JSON document instead of lines

Exits with 0 when done, 1 when refused or not found, 2 for a wrong command, 3 when the ledger or BigCommerce is away.
In the image: node dist/payments.js …`

/** What a person wants of the desk. */
export type DeskCommand =
  | { readonly name: 'help' }
  | { readonly name: 'held' }
  | { readonly name: 'show'; readonly orderOrPayment: string }
  | {
      readonly name: 'resolve'
      readonly paymentId: string
      readonly decision: Decision
      readonly by: string
      readonly because: string
      readonly isUnread: boolean
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
    case 'held':
      expectOperands(operands, 0)
      return refuseOptions(values, { name })
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
      throw new WrongCommand('Say what to do: held, show or resolve.')
    default:
      throw new WrongCommand('There is no such command: say held, show or resolve.')
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
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new WrongCommand(error instanceof Error ? error.message : String(error))
  }
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
