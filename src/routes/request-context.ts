import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { RequestContext } from '../domain/request-context.ts'

/** What the services need to know of a request besides what it asks. */
export const requestContext = (request: FastifyRequest): RequestContext => ({
  requestId: request.id,
  correlationId: randomUUID(),
  shopperAddress: request.ip,
  log: request.log,
})
