import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'

/** The folders that are served: the page, and the client, which the page imports by its published name. */
const folders: Readonly<Record<string, string>> = {
  page: join(import.meta.dirname, 'page'),
  client: join(import.meta.dirname, '../clients/typescript/src'),
}
const openapiFetch = fileURLToPath(import.meta.resolve('openapi-fetch'))
const fileName = /^[a-z][a-z-]*\.(css|ts)$/
const javascript = 'text/javascript; charset=utf-8'

/** Serves the page from disk without a build: a reload shows what was edited. */
export async function pageFiles(app: FastifyInstance): Promise<void> {
  app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(await readPage()))

  for (const [address, folder] of Object.entries(folders)) {
    app.get<{ Params: { name: string } }>(`/${address}/:name`, async (request, reply) => {
      const { name } = request.params
      const source = fileName.test(name) ? await read(join(folder, name)) : null
      if (source === null) return reply.callNotFound()
      return name.endsWith('.css')
        ? reply.type('text/css; charset=utf-8').send(source)
        : reply.type(javascript).send(stripTypeScriptTypes(source))
    })
  }

  app.get('/vendor/openapi-fetch.js', async (_request, reply) =>
    reply.type(javascript).send(await read(openapiFetch)),
  )
}

export const readPage = (): Promise<string> => readFile(join(import.meta.dirname, 'page/index.html'), 'utf8')

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
