import cors, { type FastifyCorsOptionsDelegateCallback } from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { holdsCardNumber } from '../domain/card-number.ts'

export interface CorsOptions {
  /** The origins whose pages may call; empty for none. */
  readonly origins: readonly string[]
}

/** As long as any browser remembers a preflight. */
const maxAgeSeconds = 7_200
const ownHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer', 'X-Request-Id']
/** A name that tools of a page's maker may add: sentry-trace, x-datadog-trace-id, traceparent. */
const headerName = /^\w[\w.-]{0,63}$/

/**
 * Lets pages of listed origins call, with whatever headers their tools add. That is safe, because nothing here rests on
 * cookies: a page that sends a caller token has it.
 */
async function corsForPages(app: FastifyInstance, { origins }: CorsOptions) {
  if (origins.length === 0) return
  const answer: FastifyCorsOptionsDelegateCallback = (request, done) => {
    done(null, {
      origin: [...origins],
      methods: ['GET', 'POST'],
      allowedHeaders: [
        ...new Set([...ownHeaders, ...askedFor(request.headers['access-control-request-headers'])]),
      ],
      exposedHeaders: [
        'Idempotent-Replayed',
        'Location',
        'Preference-Applied',
        'RateLimit',
        'RateLimit-Policy',
        'Retry-After',
        'X-Request-Id',
      ],
      maxAge: maxAgeSeconds,
      // Else an OPTIONS without a preflight's headers would meet an error of the plugin's own, in plain text.
      strictPreflight: false,
    })
  }
  await app.register(cors, () => answer)
}

export const corsPlugin = fp(corsForPages, { name: 'cors', fastify: '5.x' })

/** The names that a preflight asks for, beside our own. */
function askedFor(names = ''): string[] {
  const own = new Set(ownHeaders.map((name) => name.toLowerCase()))
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => headerName.test(name) && !own.has(name.toLowerCase()) && !holdsCardNumber(name))
}
