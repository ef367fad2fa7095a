import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import type { Desk } from '../../services/desk.ts'
import type { Html } from './html.ts'
import { type AllowanceStanding, failure, overview, page, stories } from './pages.ts'
import { style } from './style.ts'

export interface DeskRoutesOptions {
  readonly desk: Desk
  readonly allowance: () => Promise<AllowanceStanding>
}

/** As many as a person scrolls through. */
const shownMax = 200
const queryLengthMax = 64

/** It runs nothing, loads one style sheet, sends its form to itself, and is kept by no cache and in no frame. */
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

/** A page to look at held payments and at the story of one. It only reads: it makes nothing happen, not even a look. */
export async function deskRoutes(app: FastifyInstance, { desk, allowance }: DeskRoutesOptions) {
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers))
  app.setErrorHandler((error, request, reply) => {
    const problem = error instanceof Problem ? error : new Problem('internal_error', { cause: error })
    request.log.error({ code: problem.code, err: problem.options.cause }, 'request failed')
    const { detail } = problem.toBody(request.id)
    return send(reply.code(problem.status), page('Not now', '', failure(detail)))
  })

  app.get('/desk.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(style))

  app.get<{ Querystring: { q?: unknown } }>('/', async ({ query }, reply) => {
    const wanted = typeof query.q === 'string' ? query.q.trim().slice(0, queryLengthMax) : ''
    if (wanted === '') {
      const [standing, held] = await Promise.all([allowance(), desk.held(shownMax)])
      return send(reply, page('Held payments', '', overview(standing, held, shownMax)))
    }
    const told = await desk.tell(wanted)
    return send(reply.code(told.length === 0 ? 404 : 200), page(wanted, wanted, stories(wanted, told)))
  })
}

const send = (reply: FastifyReply, content: Html) =>
  reply.type('text/html; charset=utf-8').send(content.toString())
