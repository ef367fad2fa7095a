import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built programs: `main.js` and the others. */
    builtPrograms: string
  }
}

const root = join(import.meta.dirname, '../..')
/** In the repository's own folder, one level down: there the programs find their migrations and what is loaded later. */
const prefix = '.built-'
const dayMs = 24 * 60 * 60_000

/** What the tests start dozens of times. */
const programs = {
  main: 'src/main.ts',
  payments: 'src/commands/payments.ts',
  doctor: 'src/commands/doctor.ts',
  'kill-point': 'test/chaos/kill-point.ts',
}

/**
 * Builds the programs into a few files each, once for a run. A start from the sources finds and reads a thousand files, which
 * takes a core more than twice as long. What was built from other sources is removed after a day.
 */
export async function setup(project: TestProject): Promise<void> {
  const build = await rolldown({
    cwd: root,
    input: programs,
    platform: 'node',
    // Found where it is installed, by programs that look for files beside themselves; and optional parts of pg.
    external: [/^@scalar\//, /^@opentelemetry\/(?!api$)/, '@fastify/otel', 'pg-native', 'pg-cloudflare'],
    preserveEntrySignatures: false,
  })
  const own = mkdtempSync(join(root, prefix))
  try {
    const { output } = await build.write({ dir: own, format: 'esm' })
    const hash = createHash('sha256')
    for (const file of output) hash.update(file.fileName).update('code' in file ? file.code : file.source)
    const name = `${prefix}${hash.digest('hex').slice(0, 16)}`
    const folder = join(root, name)
    if (!existsSync(folder)) putInPlace(own, folder)
    for (const other of readdirSync(root))
      if (other.startsWith(prefix) && other !== name) removeIfOld(join(root, other))
    project.provide('builtPrograms', folder)
  } finally {
    await build.close()
    rmSync(own, { recursive: true, force: true })
  }
}

function putInPlace(own: string, folder: string): void {
  try {
    renameSync(own, folder)
  } catch (error) {
    // Another run has built the same.
    if (!existsSync(folder)) throw error
  }
}

function removeIfOld(folder: string): void {
  const builtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
  if (builtMs !== undefined && builtMs < Date.now() - dayMs) rmSync(folder, { recursive: true, force: true })
}
