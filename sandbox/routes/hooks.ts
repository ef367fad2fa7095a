import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Answer, sendAnswer } from '../answer.ts'
import { pageOf } from '../pagination.ts'
import { platformError } from '../platform-error.ts'
import type { Runtime } from '../runtime.ts'

/** The documentation says that port 443 is the only one. */
const isOnPort443 = (text: string) => new URL(text).port === ''

const HookSchema = z.object({
  scope: z.string().regex(/^store\/[\w/]+(\/\*)?$/),
  destination: z.url({ protocol: /^https$/ }).refine(isOnPort443, 'must be served on port 443'),
  is_active: z.boolean().default(true),
  headers: z.record(z.string(), z.string()).default({}),
})
const SwitchSchema = z.object({ is_active: z.boolean() })

/** The documented maximum for one store, app and scope. */
const sameHooksMax = 10

/** The OAuth scope for webhooks is not documented, so any token may see and make them. */
export function hookRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.get<{ Querystring: Record<string, string> }>('/v3/hooks', async ({ query }, reply) => {
    const { scope, destination, is_active: isActive } = query
    const found = runtime.world.hooks
      .list()
      .filter((hook) => scope === undefined || hook.scope === scope)
      .filter((hook) => destination === undefined || hook.destination === destination)
      .filter((hook) => isActive === undefined || String(hook.is_active) === isActive)
    const { data, pagination } = pageOf(found, query, { perPage: 50, perPageMax: 250 })
    return sendAnswer(reply, { status: 200, body: { data, meta: { pagination } } })
  })

  app.post('/v3/hooks', async (request, reply) => {
    const { hooks } = runtime.world
    const { success, data } = HookSchema.safeParse(request.body)
    const same = hooks.list().filter(({ scope }) => scope === data?.scope)
    if (!success || same.length >= sameHooksMax) return sendAnswer(reply, invalid(request.url))
    return sendAnswer(reply, shown(hooks.add(data)))
  })

  app.put<{ Params: { id: string } }>('/v3/hooks/:id', async (request, reply) => {
    const parsed = SwitchSchema.safeParse(request.body)
    if (!parsed.success) return sendAnswer(reply, invalid(request.url))
    const hook = runtime.world.hooks.turn(Number(request.params.id), parsed.data.is_active)
    return sendAnswer(
      reply,
      hook ? shown(hook) : platformError(request.url, 404, 'There is no such webhook.'),
    )
  })
}

const shown = (hook: object): Answer => ({ status: 200, body: { data: hook, meta: {} } })

const invalid = (path: string) => platformError(path, 422, 'The webhook is not valid.')
