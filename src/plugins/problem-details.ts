import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ResponseSerializationError } from 'fastify-type-provider-zod'
import { PROBLEM_MEDIA_TYPE, Problem } from '../domain/problem.ts'
import { PROBLEM_TYPE_BASE } from '../domain/problems.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the `type` of each problem begins with. */
    problemTypeBase: string
  }
}

export interface ProblemDetailsOptions {
  readonly typeBase?: string
}

/**
 * Errors leave the process by five doors. These are two: thrown errors and unknown paths. The others are options of the
 * server (server-options.ts) and the answer while closing (admission.ts).
 */
async function problemDetails(app: FastifyInstance, { typeBase = PROBLEM_TYPE_BASE }: ProblemDetailsOptions) {
  app.decorate('problemTypeBase', typeBase)
  app.setErrorHandler((error: FastifyError | Problem, request, reply) =>
    sendProblem(toProblem(error), request, reply),
  )
  app.setNotFoundHandler((request, reply) => sendProblem(new Problem('route_not_found'), request, reply))
}

export const problemDetailsPlugin = fp(problemDetails, { name: 'problem-details', fastify: '5.x' })

/** Answers with a problem. Logs its cause, which the caller does not see. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply) {
  const { retryAfterSeconds, location, cause, reason } = problem.options
  if (problem.status >= 500) request.log.error({ code: problem.code, err: cause }, 'request failed')
  if (reason !== undefined) request.log.info({ reason }, 'caller token refused')
  if (problem.status === 401) reply.header('www-authenticate', challengeOf(problem))
  if (problem.code === 'insufficient_scope')
    reply.header('www-authenticate', 'Bearer error="insufficient_scope"')
  if (location !== undefined) reply.header('location', location)
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  // Serialised here rather than by the route's schema, so that no problem can fail to be answered.
  return reply
    .code(problem.status)
    .type(PROBLEM_MEDIA_TYPE)
    .serializer(JSON.stringify)
    .send(problem.toBody(request.id, request.server.problemTypeBase))
}

/** What is wrong with the token, where there was one (RFC 6750 §3). */
function challengeOf({ options: { reason, detail } }: Problem): string {
  if (reason === undefined) return 'Bearer'
  return `Bearer error="invalid_token", error_description="${detail}"`
}

/** Fastify's own errors, by their codes. Their messages may quote the body, so they are not passed on. */
const PROBLEM_OF_FASTIFY_CODE: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new Problem('payload_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new Problem('unsupported_media_type'),
  FST_ERR_NOT_FOUND: new Problem('route_not_found'),
}

function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  const known = PROBLEM_OF_FASTIFY_CODE[error.code]
  if (known) return known
  const isCallersFault = (error.statusCode ?? 500) < 500 && !(error instanceof ResponseSerializationError)
  return isCallersFault ? new Problem('malformed_request') : new Problem('internal_error', { cause: error })
}
