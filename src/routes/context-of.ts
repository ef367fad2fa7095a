import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Purpose, RequestContext } from '../request-context.ts'

/** What the services need to know about a request beside what it asks for. */
export const contextOf = (request: FastifyRequest, purpose: Purpose): RequestContext => ({
  requestId: request.id,
  correlationId: randomUUID(),
  shopperAddress: isIP(request.ip) === 0 ? null : request.ip,
  purpose,
  log: request.log,
})
