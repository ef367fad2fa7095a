import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export interface ClosingConnectionsOptions {
  readonly isDraining: () => boolean
}

/**
 * While the process drains, each answer closes its connection. An idle connection that is kept alive would delay the end
 * of the process.
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
