import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Caller, Scope, VerifyCallerToken } from '../domain/caller.ts'
import { Problem } from '../domain/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller token must allow. Every route of the authenticated scope names one. */
    scope?: Scope
  }
}

export interface AuthenticationOptions {
  readonly verifyCallerToken: VerifyCallerToken
}

/** A token of four thousand characters holds a hundred order ids; a longer one is not worth a signature check. */
const callerTokenLengthMax = 8_192

/** `request.getDecorator('caller')` or 401, and 403 without the route's scope, for every route of the scope it is registered in. */
async function authentication(app: FastifyInstance, { verifyCallerToken }: AuthenticationOptions) {
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request) => {
    const caller = await verifyCallerToken(callerTokenOf(request))
    const { scope } = request.routeOptions.config
    if (!scope || !caller.scopes.has(scope)) throw new Problem('insufficient_scope')
    request.setDecorator('caller', caller)
  })
}

export const authenticationPlugin = fp(authentication, {
  name: 'authentication',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

/** Who makes a request of the authenticated scope. @throws Error outside it. */
export const callerOf = (request: FastifyRequest): Caller => request.getDecorator<Caller>('caller')

function callerTokenOf(request: FastifyRequest): string {
  const [, callerToken] = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (callerToken === undefined || callerToken.length > callerTokenLengthMax)
    throw new Problem('unauthenticated')
  return callerToken
}
