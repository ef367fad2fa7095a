import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Caller, Scope, VerifyOrRemember } from '../domain/caller.ts'
import { Problem } from '../domain/problem.ts'
import { tokenRefused } from '../domain/token-refusal.ts'
import type { Purpose, RequestContext } from '../request-context.ts'
import { isForwarded } from './forwarded-for.ts'
import { headerLines } from './receiving.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that the caller token needs. Every route behind authentication names one. */
    scope?: Scope
  }
}

export interface AuthenticationOptions {
  readonly verifyCallerToken: VerifyOrRemember
}

/** A token with a hundred order ids has four thousand characters; a longer one is not worth a signature check. */
const callerTokenLengthMax = 8_192

/** Puts the caller on each request (`callerOf`). Answers 401 without a valid token, 403 without the route's scope. */
async function authentication(app: FastifyInstance, { verifyCallerToken }: AuthenticationOptions) {
  app.decorateRequest('caller')
  function accept(request: FastifyRequest, caller: Caller): void {
    const { scope } = request.routeOptions.config
    if (!scope || !caller.scopes.has(scope)) throw new Problem('insufficient_scope')
    request.setDecorator('caller', caller)
  }

  app.addHook('onRequest', (request, _reply, done) => {
    const caller = verifyCallerToken(callerTokenOf(request))
    if (caller instanceof Promise) {
      caller.then((verified) => accept(request, verified)).then(() => done(), done)
    } else {
      accept(request, caller)
      done()
    }
  })
}

export const authenticationPlugin = fp(authentication, {
  name: 'authentication',
  dependencies: ['problem-details', 'forwarded-for'],
  fastify: '5.x',
})

/** The caller of a request behind authentication. @throws Error for other requests. */
export const callerOf = (request: FastifyRequest): Caller => request.getDecorator<Caller>('caller')

function callerTokenOf(request: FastifyRequest): string {
  const [line, ...others] = headerLines(request, 'authorization')
  if (line === undefined) throw new Problem('unauthenticated')
  // Node keeps the first of two lines, and a proxy in front may have checked the other.
  if (others.length > 0) throw tokenRefused('several')
  const [, callerToken] = /^Bearer +([\w.~+/=-]+)$/i.exec(line) ?? []
  if (callerToken === undefined) throw tokenRefused('no_bearer')
  if (callerToken.length > callerTokenLengthMax) throw tokenRefused('too_long')
  return callerToken
}

/** What the services need to know about a request behind authentication, beside what it asks for. */
export const contextOf = (request: FastifyRequest, purpose: Purpose): RequestContext => ({
  requestId: request.id,
  correlationId: randomUUID(),
  shopperAddress: shopperAddressOf(request),
  caller: callerOf(request).principal,
  purpose,
  log: request.log,
})

/** A server that pays for its shoppers is not a shopper: its own address does not count, only those that it forwards. */
function shopperAddressOf(request: FastifyRequest): string | null {
  if (isIP(request.ip) === 0) return null
  return callerOf(request).access.kind !== 'any' || isForwarded(request) ? request.ip : null
}
