import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Caller, Scope, VerifyCallerToken } from '../domain/caller.ts'
import { Problem } from '../domain/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that the caller token needs. Every route behind authentication names one. */
    scope?: Scope
  }
}

export interface AuthenticationOptions {
  readonly verifyCallerToken: VerifyCallerToken
}

/** A token with a hundred order ids has four thousand characters; a longer one is not worth a signature check. */
const callerTokenLengthMax = 8_192

/** Puts the caller on each request (`callerOf`). Answers 401 without a valid token, 403 without the route's scope. */
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

/** The caller of a request behind authentication. @throws Error for other requests. */
export const callerOf = (request: FastifyRequest): Caller => request.getDecorator<Caller>('caller')

function callerTokenOf(request: FastifyRequest): string {
  const [, callerToken] = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (callerToken === undefined || callerToken.length > callerTokenLengthMax)
    throw new Problem('unauthenticated')
  return callerToken
}
