import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

/*
 * Makes dist/: each program one file beside what they share. A start from the sources spends half of its time on finding and
 * reading the thousand files of src/ and of the packages.
 */

const root = join(import.meta.dirname, '..')
const folder = join(root, 'dist')

/** Health checks, runbooks and jobs call the programs by these names: they stay when a source file moves. */
const programs = {
  main: 'src/main.ts',
  doctor: 'src/commands/doctor.ts',
  healthcheck: 'src/commands/healthcheck.ts',
  migrate: 'src/commands/migrate.ts',
  payments: 'src/commands/payments.ts',
  'backup-ledger': 'src/commands/backup.ts',
  'accept-ledger': 'src/commands/accept.ts',
  'copy-ledger': 'src/commands/copy.ts',
}

/** Loaded only where they are asked for, by programs that find files of their own beside themselves. */
const leftOutside = [/^@scalar\//, /^@opentelemetry\//, '@fastify/otel']
/** Optional parts of pg. */
const notInstalled = ['pg-native', 'pg-cloudflare']

/** Of our code as it is written, of packages as they are published; of the database's drivers each its own, loaded when needed. */
const groups = [
  { name: 'packages', test: /\/node_modules\/(?!(pg|pg-[a-z-]+|pgpass|postgres-[a-z]+|split2|kysely)\/)/ },
  { name: 'database-packages', test: /\/node_modules\// },
]

rmSync(folder, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: root,
  input: programs,
  platform: 'node',
  external: [...leftOutside, ...notInstalled],
  transform: { target: 'node24' },
})
await bundle.write({
  dir: folder,
  format: 'esm',
  sourcemap: true,
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups },
})

// Node keeps the maps in memory. Those of the packages would take 50 MB, and their stacks say enough without.
for (const name of readdirSync(folder).filter((each) => /^(database-)?packages-.*\.js$/.test(each))) {
  const path = join(folder, name)
  rmSync(`${path}.map`)
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'))
}
