import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, sendAnswer } from './answer.ts'
import type { Scope } from './data/scopes.ts'
import { platformError } from './platform-error.ts'
import type { Runtime } from './runtime.ts'
import { sayDate } from './say-date.ts'
import { rateLimitHeaders, tooManyRequests } from './too-many-requests.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Any one of these lets the store's token through. */
    scopes?: readonly Scope[]
  }
}

/** On the whole host, so that requests to unknown paths are recorded too. */
export function recordManagement(app: FastifyInstance, runtime: Runtime): void {
  app.addHook('onRequest', async (request, reply) => {
    sayDate(reply, runtime)
    if (!request.url.startsWith('/_sandbox')) record(request, reply, runtime)
  })
}

export function guardManagement(app: FastifyInstance, runtime: Runtime): void {
  app.addHook('onRequest', async (request, reply) => {
    const refused = refusedByQuota(reply, runtime) ?? refusedByCredentials(request, runtime)
    return refused ? sendAnswer(reply, refused) : undefined
  })
}

function record({ method, url, headers }: FastifyRequest, reply: FastifyReply, { world }: Runtime): void {
  const recorded = world.requests.add({ host: 'management', method, path: url, headers })
  reply.raw.once('close', () => {
    if (reply.raw.headersSent) recorded.status = reply.statusCode
  })
  if (headers.authorization?.startsWith('PAT ')) {
    world.violations.add({ host: 'management', path: url, what: 'a PAT was sent to the management host' })
  }
}

function refusedByQuota(reply: FastifyReply, { world }: Runtime): Answer | undefined {
  const rule = world.settings.management_quota
  if (rule === null) return undefined
  const quota = world.managementQuota.use(rule)
  reply.headers(rateLimitHeaders(quota))
  const retryAfterSeconds = Math.ceil(quota.resetMs / 1000)
  return quota.isWithin ? undefined : tooManyRequests({ ...quota, retryAfterSeconds })
}

function refusedByCredentials(request: FastifyRequest, { options, world }: Runtime): Answer | undefined {
  const fail = (status: number, message: string) => platformError(request.url, status, message)
  if (request.headers['x-auth-token'] !== options.accessToken) {
    return fail(401, 'The access token is missing or not valid.')
  }
  const { storeHash } = request.params as { storeHash: string }
  if (storeHash !== options.storeHash) return fail(403, 'The access token is not for this store.')
  const scopes = request.routeOptions.config.scopes ?? []
  const isGranted = scopes.length === 0 || scopes.some((scope) => world.settings.scopes.includes(scope))
  return isGranted ? undefined : fail(403, 'You do not have a required scope to access the endpoint.')
}
