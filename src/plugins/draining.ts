import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Problem } from '../domain/problem.ts'

export interface DrainingOptions {
  readonly isDraining: () => boolean
}

/**
 * While the process drains, open connections may still bring requests. They are refused with a problem; Fastify itself
 * would answer with a plain 503 (`return503OnClosing`).
 */
async function draining(app: FastifyInstance, { isDraining }: DrainingOptions) {
  app.addHook('onRequest', async () => {
    if (isDraining()) throw new Problem('shutting_down')
  })
}

export const drainingPlugin = fp(draining, {
  name: 'draining',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

export interface ClosingConnectionsOptions {
  readonly isLeaving: () => boolean
}

/**
 * From the signal to stop on, each answer closes its connection. One that is kept alive would delay the end of the process, or
 * be closed just as its client sends the next request.
 */
async function closingConnections(app: FastifyInstance, { isLeaving }: ClosingConnectionsOptions) {
  app.addHook('onSend', async (_request, reply) => {
    if (isLeaving()) reply.header('connection', 'close')
  })
}

export const closingConnectionsPlugin = fp(closingConnections, {
  name: 'closing-connections',
  fastify: '5.x',
})
