import Fastify, { type FastifyInstance } from 'fastify'
import { type Answer, sendAnswer } from './answer.ts'
import { InvalidInput } from './checked-input.ts'

export type Failure = { readonly path: string; readonly status: number; readonly message: string }

/** A Fastify app whose errors, its own included, have the shape that `describe` gives them. */
export function createHttpApp(describe: (failure: Failure) => Answer): FastifyInstance {
  const app = Fastify({ logger: false, exposeHeadRoutes: false })
  // Fastify reads text by default; BigCommerce takes JSON only.
  app.removeContentTypeParser('text/plain')

  app.setNotFoundHandler((request, reply) =>
    sendAnswer(reply, describe({ path: request.url, status: 404, message: 'The resource was not found.' })),
  )
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof InvalidInput ? 400 : (error.statusCode ?? 500)
    return sendAnswer(reply, describe({ path: request.url, status, message: error.message }))
  })
  return app
}
