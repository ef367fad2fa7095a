import { MIMEType } from 'node:util'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Problem } from '../domain/problem.ts'
import { Sealed } from '../domain/sealed.ts'

const bodyless = new Set(['GET', 'HEAD'])

/**
 * Takes JSON and nothing else, and seals it as soon as it is parsed: until the route's schema has checked `request.body`
 * (plugins/validation.ts), no hook, error or log line can show anything of it.
 */
async function sealedBody(app: FastifyInstance) {
  app.addHook('preParsing', async ({ method, headers }) => {
    const type = headers['content-type']
    if (type === undefined || bodyless.has(method)) return
    if (!isJson(type)) throw new Problem('unsupported_media_type')
    // Fastify remembers the last hundred content types that it met, whatever they hold. So it meets none but this one.
    headers['content-type'] = 'application/json'
  })
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    void parseJson(request, String(body), (error, json) => done(error, error ? undefined : new Sealed(json)))
  })
}

/** JSON in UTF-8, however the client writes that. Other parameters mean nothing for it (RFC 8259 §11). */
function isJson(type: string): boolean {
  try {
    const { essence, params } = new MIMEType(type)
    return essence === 'application/json' && /^utf-?8$/i.test(params.get('charset') ?? 'utf-8')
  } catch {
    return false
  }
}

export const sealedBodyPlugin = fp(sealedBody, {
  name: 'sealed-body',
  dependencies: ['problem-details'],
  fastify: '5.x',
})
