import Fastify from 'fastify'
import { loopback } from './choose-ports.ts'
import { type DemoRoutesOptions, demoRoutes } from './demo-routes.ts'
import { pageFiles, readPage } from './page-files.ts'
import { addPageSecurity } from './page-security.ts'
import { type StorefrontRoutesOptions, storefrontRoutes } from './storefront-routes.ts'

export type PageServerOptions = StorefrontRoutesOptions & DemoRoutesOptions & { readonly port: number }

/** The shop: its checkout page and the backend behind it. It never sees a card. */
export async function startPageServer(options: PageServerOptions) {
  const app = Fastify({ logger: false, forceCloseConnections: true })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not found.' }))
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const { statusCode = 500 } = error
    if (statusCode >= 500) console.error(`The page's server: ${error.message}`)
    return reply.code(statusCode).send({ detail: 'The shop could not answer.' })
  })
  addPageSecurity(app, options.apiUrl, await readPage())
  await app.register(pageFiles)
  await app.register(storefrontRoutes, options)
  await app.register(demoRoutes, options)

  return {
    url: await app.listen({ host: loopback, port: options.port }),
    close: () => app.close(),
  }
}
