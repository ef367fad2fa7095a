import type { FastifyReply } from 'fastify'
import type { Runtime } from './runtime.ts'

/** The `Date` header by the sandbox's clock, or none at all. Node would send the machine's. */
export function sayDate(reply: FastifyReply, { world }: Runtime): void {
  reply.raw.sendDate = false
  if (world.settings.date_headers) reply.raw.setHeader('date', new Date(world.now()).toUTCString())
}
