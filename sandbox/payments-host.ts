import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Answer, sendAnswer } from './answer.ts'
import { createHttpApp } from './http-app.ts'
import { platformError } from './platform-error.ts'
import { refusal } from './refusal.ts'
import { payRoute } from './routes/pay.ts'
import type { Runtime } from './runtime.ts'
import { sayDate } from './say-date.ts'
import { tooManyRequests } from './too-many-requests.ts'

const PAYMENTS_MEDIA_TYPE = 'application/vnd.bc.v1+json'

export function buildPaymentsHost(runtime: Runtime): FastifyInstance {
  const app = createHttpApp(
    ({ path, status, message }): Answer =>
      status === 400 ? refusal(10001, { status, detail: message }) : platformError(path, status, message),
  )
  guardPayments(app, runtime)
  payRoute(app, runtime)
  return app
}

/** Every payment request counts against the limit when it arrives, however it ends. */
function guardPayments(app: FastifyInstance, runtime: Runtime): void {
  app.addHook('onRequest', async (request, reply) => {
    sayDate(reply, runtime)
    const { world } = runtime
    const { method, url, headers } = request
    const recorded = world.requests.add({ host: 'payments', method, path: url, headers })
    reply.raw.once('close', () => {
      if (reply.raw.headersSent) recorded.status = reply.statusCode
    })
    const refused =
      refusedByLimit(request, runtime) ??
      refusedByStoreToken(request, runtime) ??
      refusedByHeaders(request, runtime)
    return refused ? sendAnswer(reply, refused) : undefined
  })
  app.addHook('onResponse', async (_request, reply) => {
    if (reply.statusCode === 429) runtime.world.paymentWindow.countRefusal()
  })
}

function refusedByLimit(request: FastifyRequest, { options, world }: Runtime): Answer | undefined {
  if (request.is404) return undefined
  const { isAdmitted, left, resetMs } = world.paymentWindow.arrive()
  if (isAdmitted) return undefined
  const retryAfterSeconds = Math.ceil(resetMs / 1000)
  const allowance = { ...options.rateLimit, left, resetMs, retryAfterSeconds }
  return tooManyRequests(world.settings.rate_limit_headers ? allowance : {})
}

function refusedByStoreToken({ headers, url }: FastifyRequest, { world }: Runtime): Answer | undefined {
  if (headers['x-auth-token'] === undefined) return undefined
  world.violations.add({ host: 'payments', path: url, what: 'X-Auth-Token was sent to the payments host' })
  return platformError(url, 401, 'X-Auth-Token is not accepted on this host.')
}

function refusedByHeaders(request: FastifyRequest, { options }: Runtime): Answer | undefined {
  if (request.is404) return undefined
  const { storeHash } = request.params as { storeHash?: string }
  if (storeHash !== options.storeHash) return platformError(request.url, 403, 'Unknown store.')
  const accepted = (request.headers.accept ?? '').split(',').map((type) => type.split(';')[0]?.trim())
  if (!accepted.includes(PAYMENTS_MEDIA_TYPE)) {
    return platformError(request.url, 406, `Accept must be ${PAYMENTS_MEDIA_TYPE}.`)
  }
  const isPat = request.headers.authorization?.startsWith('PAT ') ?? false
  return isPat ? undefined : refusal(10001, { status: 401, detail: 'Authorization must be PAT <token>.' })
}
