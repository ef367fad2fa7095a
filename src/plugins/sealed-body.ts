import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Problem } from '../domain/problem.ts'
import { reveal, Sealed } from '../domain/sealed.ts'

const json = /^application\/json *(; *charset=utf-8)?$/i
const bodyless = new Set(['GET', 'HEAD'])

/**
 * JSON is the one thing taken, and it is out of sight from the moment it is parsed: `request.body` is sealed until the
 * route's schema has checked it (`ofSealed`). Whatever a hook, an error or a log line does with it shows nothing.
 */
async function sealedBody(app: FastifyInstance) {
  // Fastify keeps the last hundred content types it was given in memory, whatever stands in them. So it is given none but this.
  app.addHook('preParsing', async ({ method, headers }) => {
    const type = headers['content-type']
    if (type !== undefined && !bodyless.has(method) && !json.test(type))
      throw new Problem('unsupported_media_type')
  })
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    void parseJson(request, String(body), (error, json) => done(error, error ? undefined : new Sealed(json)))
  })
}

export const sealedBodyPlugin = fp(sealedBody, {
  name: 'sealed-body',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

/** The same check, of what was sealed. */
export const ofSealed =
  <Result>(check: (data: unknown) => Result) =>
  (data: unknown): Result =>
    check(data instanceof Sealed ? reveal(data) : data)
