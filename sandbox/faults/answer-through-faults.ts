import type { FastifyReply } from 'fastify'
import { type Answer, sendAnswer } from '../answer.ts'
import type { Runtime } from '../runtime.ts'
import type { Settings } from '../state/settings.ts'
import type { World } from '../world.ts'
import { type Ending, endingOf, isCarriedOut } from './ending.ts'
import type { Operation, PendingFault, RequestFault } from './fault.ts'

export type Surroundings = {
  /** Waits for the fault's delay. A payment waits after its checks and before its charge. */
  readonly pause: () => Promise<void>
  readonly pending?: PendingFault
}

type Exchange = {
  readonly runtime: Runtime
  readonly world: World
  readonly reply: FastifyReply
  readonly operation: Operation
  readonly orderId: number | undefined
  readonly act: (surroundings: Surroundings) => Promise<Answer>
}

/** Every operation that can be given a fault answers through here. */
export async function answerThroughFaults(exchange: Exchange): Promise<FastifyReply> {
  const { world, reply, operation, orderId, act } = exchange
  const fault = world.faults.take(operation, orderId)
  const ending: Ending = fault
    ? await faultyEnding(exchange, fault)
    : { kind: 'answer', answer: await act({ pause: async () => {} }) }
  return end(reply, ending, world)
}

async function faultyEnding({ runtime, act }: Exchange, fault: RequestFault): Promise<Ending> {
  const pause = () => runtime.delays.wait(fault.delay_ms)
  if (!isCarriedOut(fault)) {
    await pause()
    return endingOf(fault, { status: 500 })
  }
  return endingOf(fault, await act({ pause, ...(fault.kind === 'pending' ? { pending: fault } : {}) }))
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
