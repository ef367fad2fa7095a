import { randomUUID } from 'node:crypto'
import { type OpenedDesk, openDesk } from '../compose-desk.ts'
import { InvalidConfiguration } from '../config/config.ts'
import { loadDesk } from '../config/load-desk.ts'
import { toPaymentView } from '../domain/payment-answer.ts'
import { Problem } from '../domain/problem.ts'
import type { ProblemCode } from '../domain/problems.ts'
import { heldDocuments, resolvedDocument, sawDocument, toldDocuments } from './payments/documents.ts'
import { counted, eventDocuments, eventLines } from './payments/events.ts'
import { heldLines, resolvedLines, toldLines } from './payments/lines.ts'
import { type DeskCommand, readArguments, usage, WrongCommand } from './payments/read-arguments.ts'

/** What a command ends with: a document for programs, lines for people. */
interface Ended {
  readonly code: number
  readonly document: object
  readonly lines: string
}

/** More than a person reads; the metrics count them all. */
const heldMax = 10_000

const writing = new Set<DeskCommand['name']>(['resolve', 'hold', 'repeat'])

const refusedCode = 1
const usageCode = 2
const awayCode = 3
const awayProblems = new Set<ProblemCode>([
  'store_unavailable',
  'upstream_unavailable',
  'upstream_busy',
  'upstream_refused',
  'upstream_unusable',
  'internal_error',
])

const words = process.argv.slice(2)
const isJson = words.includes('--json')
const { code, document, lines } = await run().catch(endOfFailure)
// Refusals go where a person looks for them, and where a program does.
if (isJson) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
else (code === 0 ? process.stdout : process.stderr).write(`${lines}\n`)
process.exitCode = code

async function run(): Promise<Ended> {
  const command = readArguments(words)
  if (command.name === 'help') return { code: 0, document: { usage }, lines: usage }
  const config = loadDesk()
  if (command.name === 'resolve' && config.accessToken === null)
    throw new InvalidConfiguration(['BIGCOMMERCE_ACCESS_TOKEN is required to look at BigCommerce.'])
  const opened = await openDesk(config, writing.has(command.name) ? 'write' : 'read')
  try {
    return await answer(command, opened)
  } finally {
    await opened.close()
  }
}

async function answer(
  command: Exclude<DeskCommand, { name: 'help' }>,
  { desk, resolvePayment, hold, events }: OpenedDesk,
): Promise<Ended> {
  switch (command.name) {
    case 'held': {
      const held = await desk.held(heldMax)
      const nowMs = Date.now()
      return { code: 0, document: heldDocuments(held, nowMs), lines: heldLines(held, nowMs) }
    }
    case 'show': {
      const told = await desk.tell(command.orderOrPayment)
      if (told.length === 0)
        throw new Problem('payment_not_found', {
          detail: `The ledger has no payment of ${command.orderOrPayment}.`,
        })
      const nowMs = Date.now()
      return { code: 0, document: toldDocuments(told, nowMs), lines: toldLines(told, nowMs) }
    }
    case 'hold':
      return endOfHold(command, hold)
    case 'events': {
      const listed = await events.list(heldMax)
      return { code: 0, document: eventDocuments(listed), lines: eventLines(listed, Date.now()) }
    }
    case 'repeat':
      return endOfRepeat(command, events)
    default: {
      if (!resolvePayment) throw new Error('the desk was opened to read')
      const resolved = await resolvePayment(command)
      const { refusal } = resolved
      return {
        code: refusal ? codeOf(refusal) : 0,
        document: refusal
          ? { ...refusal.toBody(randomUUID()), saw: sawDocument(resolved) }
          : resolvedDocument(resolved, Date.now()),
        lines: resolvedLines(resolved),
      }
    }
  }
}

async function endOfRepeat(
  { eventId }: Extract<DeskCommand, { name: 'repeat' }>,
  events: OpenedDesk['events'],
): Promise<Ended> {
  const repeated = eventId === null ? await events.repeatDead() : Number(await events.repeat(eventId))
  if (eventId !== null && repeated === 0)
    throw new Problem('payment_not_found', {
      detail: `The outbox has no event ${eventId}. One that was delivered is kept for a week.`,
    })
  const isAre = repeated === 1 ? 'is' : 'are'
  return {
    code: 0,
    document: { data: { repeated } },
    lines: `${counted(repeated)} ${isAre} sent again, by the running service.`,
  }
}

async function endOfHold(
  { by, because, paymentId, ...charge }: Extract<DeskCommand, { name: 'hold' }>,
  hold: OpenedDesk['hold'],
): Promise<Ended> {
  const note = { what: 'held the order for a charge that the restored ledger had forgotten', by, because }
  const correlationId = randomUUID()
  const held = await hold({ ...charge, paymentId: paymentId ?? randomUUID(), correlationId }, note)
  if (!held)
    throw new Problem('order_payment_in_progress', {
      detail: `Order ${charge.orderId} is held or paid already, or the ledger knows this payment: \`show\` tells which. Nothing is to be done.`,
    })
  const nowMs = Date.now()
  return {
    code: 0,
    document: { data: toPaymentView(held, nowMs) },
    lines: `Order ${held.orderId} is held by payment ${held.id}. The service looks at BigCommerce now; what that does not show a person must end.`,
  }
}

// Functions, because the start above runs before the end of this file does.
function codeOf({ code }: Problem): number {
  return awayProblems.has(code) ? awayCode : refusedCode
}

function endOfFailure(error: unknown): Ended {
  if (error instanceof WrongCommand || error instanceof InvalidConfiguration) {
    const problem = new Problem('invalid_request', { detail: error.message })
    const help = error instanceof WrongCommand ? `\n\n${usage}` : ''
    return { code: usageCode, document: problem.toBody(randomUUID()), lines: `${error.message}${help}` }
  }
  const problem = error instanceof Problem ? error : new Problem('internal_error', { cause: error })
  const body = problem.toBody(randomUUID())
  return { code: codeOf(problem), document: body, lines: `${body.detail}${reasonOf(problem)}` }
}

/** Why, in the words of the database or the network: the person at the terminal runs them. */
function reasonOf({ options: { cause } }: Problem): string {
  return cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : ''
}
