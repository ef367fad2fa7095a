import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

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
