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
