import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Purpose, RequestContext } from '../request-context.ts'

/** What the services need to know of a request besides what it asks. */
export const contextOf = (request: FastifyRequest, purpose: Purpose): RequestContext => ({
  requestId: request.id,
  correlationId: randomUUID(),
  // A trusted proxy may pass on what is no address: a word, a port behind it.
  shopperAddress: isIP(request.ip) === 0 ? null : request.ip,
  purpose,
  log: request.log,
})
