import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'

const folder = join(import.meta.dirname, 'page')
const fileName = /^[a-z][a-z-]*\.(css|ts)$/

/** The page as it stands on disk: no build step, a reload shows what was edited. */
export async function pageFiles(app: FastifyInstance): Promise<void> {
  app.get('/', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(await readFile(join(folder, 'index.html'))),
  )

  app.get<{ Params: { name: string } }>('/page/:name', async (request, reply) => {
    const { name } = request.params
    const source = fileName.test(name) ? await read(name) : null
    if (source === null) return reply.callNotFound()
    return name.endsWith('.css')
      ? reply.type('text/css; charset=utf-8').send(source)
      : reply.type('text/javascript; charset=utf-8').send(stripTypeScriptTypes(source))
  })
}

async function read(name: string): Promise<string | null> {
  try {
    return await readFile(join(folder, name), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
