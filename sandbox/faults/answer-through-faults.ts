import type { FastifyReply } from 'fastify'
import { type Answer, sendAnswer } from '../answer.ts'
import type { Runtime } from '../runtime.ts'
import type { Settings } from '../state/settings.ts'
import { tooManyRequests } from '../too-many-requests.ts'
import type { World } from '../world.ts'
import { type Ending, endingOf, isCarriedOut, laterEnding } from './ending.ts'
import type { Charging, DuplicatedFault, LaterFault, Operation, RequestFault } from './fault.ts'
import type { Subject } from './fault-list.ts'

export type Surroundings = {
  /** Waits for the fault's delay. A payment waits after its checks and before its charge. */
  readonly pause: () => Promise<void>
  readonly charging?: Charging
}

type Exchange = Subject & {
  readonly runtime: Runtime
  readonly world: World
  readonly reply: FastifyReply
  readonly operation: Operation
  readonly act: (surroundings: Surroundings) => Promise<Answer>
}

/** Every operation that can be given a fault answers through here. */
export async function answerThroughFaults(exchange: Exchange): Promise<FastifyReply> {
  const { world, reply, operation, orderId, act } = exchange
  const cartId = orderId === undefined ? null : world.orders.find(orderId)?.input.cart_id
  const fault = world.faults.take(operation, {
    orderId,
    checkoutId: exchange.checkoutId ?? cartId ?? undefined,
  })
  const ending: Ending = fault
    ? await faultyEnding(exchange, fault)
    : { kind: 'answer', answer: await act({ pause: async () => {} }) }
  return end(reply, ending, world)
}

async function faultyEnding(exchange: Exchange, fault: RequestFault): Promise<Ending> {
  const { runtime, act } = exchange
  const pause = () => runtime.delays.wait(fault.delay_ms)
  if (fault.kind === 'duplicated') return duplicatedEnding(exchange, fault)
  if (fault.kind === 'carried_out_later') return endingBefore(exchange, fault)
  if (!isCarriedOut(fault)) {
    await pause()
    return endingOf(fault, { status: 500 })
  }
  return endingOf(fault, await act({ pause, charging: chargingOf(fault) }))
}

const chargingOf = (fault: RequestFault): Charging => ({
  ...(fault.kind === 'pending' ? { pending: fault } : {}),
  isHeld: fault.kind === 'held',
  ...(fault.shows_after_ms === undefined ? {} : { showsAfterMs: fault.shows_after_ms }),
})

/** The answer of a gateway that gave up waiting, while what was asked for is still done behind it. */
function endingBefore({ runtime, act }: Exchange, fault: LaterFault): Ending {
  const carryOut = () => act({ pause: async () => {}, charging: chargingOf(fault) })
  runtime.delays.after(fault.delay_ms + fault.after_ms, () => void carryOut())
  return laterEnding(fault)
}

/** A proxy sent the request twice. The client gets the answer to one of the two. */
async function duplicatedEnding({ runtime, act }: Exchange, fault: DuplicatedFault): Promise<Ending> {
  const pause = () => runtime.delays.wait(fault.delay_ms)
  const carryOut = () => act({ pause, charging: chargingOf(fault) })
  if (fault.answer === 'rate_limited') {
    runtime.delays.after(fault.copy_after_ms, () => void carryOut())
    return { kind: 'answer', answer: tooManyRequests({ retryAfterSeconds: 4 }) }
  }
  await carryOut()
  await runtime.delays.wait(fault.copy_after_ms)
  return { kind: 'answer', answer: await carryOut() }
}

function end(reply: FastifyReply, ending: Ending, world: World): FastifyReply {
  switch (ending.kind) {
    case 'answer':
      return sendAnswer(reply, presentCode(ending.answer, world.settings))
    case 'reset':
      reply.hijack()
      reply.raw.socket?.resetAndDestroy()
      return reply
    case 'hang':
      return reply.hijack()
    case 'continue':
      reply.raw.writeContinue()
      return sendAnswer(reply, ending.answer)
    case 'cut':
      return sendHalf(reply, ending.answer)
    default:
      return ending satisfies never
  }
}

function sendHalf(reply: FastifyReply, answer: Answer): FastifyReply {
  const whole = JSON.stringify(answer.body ?? {})
  reply.hijack()
  reply.raw.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(whole),
  })
  // Only after the first half has left, or the client would see no answer at all.
  reply.raw.write(whole.slice(0, Math.floor(whole.length / 2)), () => reply.raw.socket?.destroy())
  return reply
}

/** Some published pages print 30001 as 3001, and a code may come as text. Clients meet both. */
function presentCode(answer: Answer, settings: Settings): Answer {
  const { body } = answer
  if (typeof body !== 'object' || body === null || !('code' in body)) return answer
  const code = body.code === 30001 && settings.legacy_configuration_code ? 3001 : body.code
  return { ...answer, body: { ...body, code: settings.codes_as_strings ? String(code) : code } }
}
