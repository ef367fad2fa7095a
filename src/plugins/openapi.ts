import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { version } from '../own-package.ts'

export interface OpenapiOptions {
  /** The instrument types that this instance accepts; the document shows no others. */
  readonly instruments: ReadonlySet<string>
}

/** Collects the contract from the routes, so it must be registered before them. What makes a document of them is loaded when it is asked for. */
async function openapi(app: FastifyInstance, { instruments }: OpenapiOptions) {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') routes.push(route)
  })
  let document: Promise<object> | null = null
  app.get('/openapi.json', { schema: { hide: true } }, () => {
    document ??= import('../openapi/describe-routes.ts').then(({ describeRoutes }) =>
      describeRoutes(routes, { version, instruments }),
    )
    return document
  })
}

export const openapiPlugin = fp(openapi, { name: 'openapi', fastify: '5.x' })
