import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export interface ClosingConnectionsOptions {
  readonly isDraining: () => boolean
}

/**
 * While the process drains, each answer is the last on its connection. Otherwise a connection that is kept alive
 * would hold the process up, answered and idle, until its time is over.
 */
async function closingConnections(app: FastifyInstance, { isDraining }: ClosingConnectionsOptions) {
  app.addHook('onSend', async (_request, reply) => {
    if (isDraining()) reply.header('connection', 'close')
  })
}

export const closingConnectionsPlugin = fp(closingConnections, {
  name: 'closing-connections',
  fastify: '5.x',
})
