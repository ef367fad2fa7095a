import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'
import { minify } from 'rolldown/utils'
import { thinSourceMap } from './thin-source-map.ts'

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

/**
 * Loaded only where they are asked for, by programs that find files of their own beside themselves. OpenTelemetry's API is
 * loaded by the metrics too, always; what is left outside finds the bundled one, since they share it by a global symbol.
 */
const leftOutside = [/^@scalar\//, /^@opentelemetry\/(?!api$)/, '@fastify/otel']
/** Optional parts of pg. */
const notInstalled = ['pg-native', 'pg-cloudflare']

/** Of our code as it is written, of packages as they are published; and those that not every start needs by themselves. */
const groups = [
  { name: 'document-packages', test: /\/node_modules\/(@fastify\/swagger|yaml|json-schema-resolver)\// },
  { name: 'checking-packages', test: /\/node_modules\/(zod|card-validator|credit-card-type)\// },
  { name: 'packages', test: /\/node_modules\/(?!(pg|pg-[a-z-]+|pgpass|postgres-[a-z]+|split2|kysely)\/)/ },
  { name: 'database-packages', test: /\/node_modules\// },
]

/**
 * The part of undici that is used here: its clients, and nothing that they do not need. Its own index loads fetch, caches,
 * WebSockets and mocks at once, which costs each start 25 ms and 5 MB. Whatever else is imported fails the build.
 */
const clientsOfUndici: Plugin = {
  name: 'clients-of-undici',
  load: (id) =>
    id.endsWith('/node_modules/undici/index.js')
      ? `const Dispatcher = require('./lib/dispatcher/dispatcher')
Object.assign(Dispatcher.prototype, require('./lib/api'))
exports.Dispatcher = Dispatcher
exports.Agent = require('./lib/dispatcher/agent')
exports.Client = require('./lib/dispatcher/client')
exports.Pool = require('./lib/dispatcher/pool')
exports.buildConnector = require('./lib/core/connect')
exports.request = (address, { dispatcher, ...options }) => {
  const { origin, pathname, search } = new URL(address)
  return dispatcher.request({ method: 'GET', ...options, origin, path: pathname + search })
}`
      : null,
}

rmSync(folder, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: root,
  input: programs,
  platform: 'node',
  external: [...leftOutside, ...notInstalled],
  transform: { target: 'node24' },
  plugins: [clientsOfUndici],
  // The programs are run, not imported.
  preserveEntrySignatures: false,
})
await bundle.write({
  dir: folder,
  format: 'esm',
  sourcemap: true,
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups, includeDependenciesRecursively: false },
})

for (const name of readdirSync(folder)) {
  const path = join(folder, name)
  const text = () => readFileSync(path, 'utf8')
  if (/packages-.*\.js$/.test(name)) {
    // Of the packages no map is needed, and of their text no comment. Names stay, for stack traces.
    rmSync(`${path}.map`)
    const { code } = await minify(name, text(), {
      module: true,
      compress: false,
      mangle: false,
      codegen: { removeWhitespace: true },
    })
    writeFileSync(path, inAscii(code))
  } else if (name.endsWith('.js.map') && !name.includes('packages-'))
    writeFileSync(path, thinSourceMap(text()))
}

/** One letter that is not Latin would make V8 keep the whole text at twice the size. */
function inAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
