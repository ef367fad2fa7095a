import type { FastifyRequest } from 'fastify'
import type { Caller } from '../domain/caller.ts'

/** Who makes a request of the authenticated scope; throws outside it. */
export const callerOf = (request: FastifyRequest): Caller => request.getDecorator<Caller>('caller')
