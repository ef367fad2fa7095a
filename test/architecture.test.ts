import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listedEntry } from '../src/logging/log-entry.ts'

const root = join(import.meta.dirname, '..')

interface Import {
  readonly from: string
  /** Whether the compiler erases it: `import type`, or every name marked `type`. */
  readonly isType: boolean
  readonly names: string
}
interface SourceFile {
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

const statement = /^(?:import|export)\s+(type\s)?([^'";]*?)\s*from\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/gm

const importsOf = (text: string): Import[] =>
  [...text.matchAll(statement)].map(([, type, names = '', from, bare = '']) => {
    const marked = /^\{(.*)\}$/s
      .exec(names)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean)
    return {
      from: from ?? bare,
      names,
      isType: type !== undefined || marked?.every((name) => name.startsWith('type ')) === true,
    }
  })

const filesOf = (folder: string): SourceFile[] =>
  (existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    : []
  )
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const text = readFileSync(join(root, folder, name), 'utf8')
      return { path: join(folder, name), text, imports: importsOf(text) }
    })

const src = filesOf('src')
const sandbox = filesOf('sandbox')
const client = filesOf('clients/typescript/src')
const page = filesOf('demo/page')
const all = [...src, ...sandbox, ...filesOf('demo'), ...filesOf('scripts'), ...client]
/** What the client's package gives to those who install it: a package has one front door. */
const frontDoor = 'clients/typescript/src/index.ts'
const generated = new Set(['clients/typescript/src/openapi.ts'])

/** src/domain/money.ts is of the layer `domain`, src/app.ts of the layer `app`; other folders are their own. */
const layerOf = (path: string) =>
  path.startsWith('src/') ? (path.split('/')[1] ?? '').replace(/\.ts$/, '') : (path.split('/')[0] ?? '')
const targetOf = (path: string, from: string) => normalize(join(dirname(path), from))
const isOurs = ({ from }: Import) => from.startsWith('.')

/** What a layer may import of ours, as values and (besides those) as types; and which packages. */
const RULES: Record<string, { values: string[]; types: string[]; packages: RegExp }> = {
  main: {
    values: [
      'admin',
      'app',
      'compose',
      'config',
      'domain',
      'logging',
      'server-options',
      'tracing',
      'version',
    ],
    types: [],
    packages: /^(close-with-grace|fastify|node:(http|tls|util))$/,
  },
  admin: { values: ['plugins', 'routes', 'server-options'], types: ['metrics'], packages: /^fastify/ },
  tracing: {
    values: ['tracing'],
    types: [],
    packages: /^(@fastify\/otel|@opentelemetry\/|fastify$|node:timers\/promises)/,
  },
  commands: {
    values: ['commands', 'config', 'clients', 'stores', 'domain', 'version'],
    types: [],
    packages: /^(undici|zod|node:(crypto|dns\/promises|events|fs|http|net|path|tls|util))$/,
  },
  compose: {
    values: [
      'allowance',
      'compose-identity',
      'clients',
      'config',
      'stores',
      'services',
      'metrics',
      'version',
      'domain',
    ],
    types: ['app'],
    packages: /^(node:timers\/promises|jose|pino|node:crypto)$/,
  },
  app: {
    values: ['openapi', 'plugins', 'routes', 'server-options'],
    types: ['allowance', 'config', 'domain', 'services', 'metrics'],
    packages: /^(@fastify\/|fastify)/,
  },
  'server-options': {
    values: ['plugins', 'domain'],
    types: ['config'],
    packages: /^(fastify|node:(crypto|http|net|tls))$/,
  },
  'compose-identity': {
    values: ['clients', 'config', 'domain'],
    types: [],
    packages: /^node:crypto$/,
  },
  logging: { values: ['logging', 'domain'], types: [], packages: /^pino$/ },
  version: { values: [], types: [], packages: /^node:(fs|path)$/ },
  config: { values: ['config', 'domain'], types: [], packages: /^(zod|node:(fs|crypto|net|tls))$/ },
  openapi: {
    values: ['openapi', 'domain'],
    types: [],
    packages: /^(@fastify\/swagger|fastify|fastify-type-provider-zod|zod)$/,
  },
  plugins: {
    values: ['openapi', 'plugins', 'domain', 'version'],
    types: ['allowance', 'services', 'metrics'],
    packages: /^(@fastify\/|fastify|node:(crypto|http|net|perf_hooks)$)/,
  },
  routes: {
    values: ['openapi', 'plugins', 'routes', 'domain'],
    types: ['services', 'metrics'],
    packages: /^(@scalar\/|fastify|zod$|node:(crypto|net)$)/,
  },
  allowance: { values: ['allowance', 'domain', 'stores'], types: [], packages: /^kysely$/ },
  services: {
    values: ['services', 'domain'],
    types: ['allowance', 'clients', 'stores'],
    packages: /^node:crypto$/,
  },
  metrics: {
    values: ['metrics', 'domain', 'stores'],
    types: ['allowance', 'services', 'clients'],
    packages: /^prom-client$/,
  },
  clients: {
    values: ['clients', 'domain'],
    types: ['allowance', 'config'],
    packages: /^(undici|jose|standardwebhooks|zod|node:(crypto|net|timers\/promises))$/,
  },
  stores: {
    values: ['stores', 'domain'],
    types: [],
    packages: /^(kysely|pg|node:(fs|path|sqlite|url|util))$/,
  },
  domain: {
    values: ['domain'],
    types: ['logging', 'clients'],
    packages: /^(zod|card-validator|node:(crypto|net))$/,
  },
}

function violationsOf({ path, imports }: SourceFile): string[] {
  const layer = layerOf(path)
  const rule = RULES[layer]
  if (!rule) return [`${path}: no rule says what ${layer} may import`]
  return imports.flatMap((one) => {
    if (!isOurs(one))
      return rule.packages.test(one.from) ? [] : [`${path} → ${one.from}: not a package for ${layer}`]
    const target = layerOf(targetOf(path, one.from))
    const allowed = one.isType ? [...rule.values, ...rule.types] : rule.values
    const asWhat = rule.types.includes(target) ? 'types only' : 'never'
    return allowed.includes(target) ? [] : [`${path} → ${one.from}: ${layer} may import ${target} ${asWhat}`]
  })
}

test('imports are read: none of these rules holds for want of anything to check', () => {
  expect(src.length).toBeGreaterThan(50)
  expect(src.flatMap(({ imports }) => imports).length).toBeGreaterThan(150)
  expect(
    importsOf(
      "import type { A } from './a.ts'\nimport { type B } from './b.ts'\nimport { type C, d } from './c.ts'\nawait import('e')\nimport 'f'\nexport { g } from './g.ts'",
    ).map(({ from, isType }) => `${from} ${isType}`),
  ).toEqual(['./a.ts true', './b.ts true', './c.ts false', 'e false', 'f false', './g.ts false'])
})

describe('the direction of dependencies', () => {
  test.each(Object.keys(RULES))('%s imports what it may', (layer) => {
    expect(src.filter(({ path }) => layerOf(path) === layer).flatMap(violationsOf)).toEqual([])
  })

  test('every file of src is in a layer that has a rule', () => {
    expect(src.filter(({ path }) => !RULES[layerOf(path)]).map(({ path }) => path)).toEqual([])
  })

  test('tracing is loaded by the process alone, and only when it is wanted', () => {
    const loaders = src
      .filter(({ path }) => layerOf(path) !== 'tracing')
      .flatMap(({ path, imports }) =>
        imports
          .filter((one) => isOurs(one) && !one.isType && layerOf(targetOf(path, one.from)) === 'tracing')
          .map(({ names }) => `${path} ${names === '' ? 'when wanted' : 'always'}`),
      )
    expect(loaders).toEqual(['src/main.ts when wanted'])
  })

  test('the two kinds of clients do not know each other', () => {
    const crossing = src
      .filter(({ path }) => layerOf(path) === 'clients')
      .flatMap(({ path, imports }) =>
        imports.filter(isOurs).map(({ from }) => ({ path, target: targetOf(path, from) })),
      )
      .filter(({ path, target }) => layerOf(target) === 'clients' && dirname(target) !== dirname(path))
    expect(crossing).toEqual([])
  })

  test('only the composition root makes services', () => {
    const makers = src.flatMap(({ path, imports }) =>
      imports
        .filter(
          (one) =>
            isOurs(one) &&
            !one.isType &&
            layerOf(targetOf(path, one.from)) === 'services' &&
            /\bcreate[A-Z]/.test(one.names),
        )
        .map(({ from }) => `${path} → ${from}`),
    )
    expect(
      makers.filter((line) => !line.startsWith('src/compose.ts') && !line.startsWith('src/services/')),
    ).toEqual([])
  })

  test('the sandbox and the service share nothing, so that no misreading passes on both sides', () => {
    const crossing = [...src, ...sandbox].flatMap(({ path, imports }) =>
      imports
        .filter(isOurs)
        .map(({ from }) => ({ path, target: targetOf(path, from) }))
        .filter(({ target }) => target.split('/')[0] !== path.split('/')[0])
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(crossing).toEqual([])
  })

  test('the client shares nothing with the service, and takes nothing but openapi-fetch', () => {
    const taken = client.flatMap(({ path, imports }) =>
      imports
        .filter((one) => !isOurs(one) || !targetOf(path, one.from).startsWith('clients/typescript/src/'))
        .map(({ from }) => from),
    )
    expect(taken).toEqual(['openapi-fetch'])
  })

  test("the demo's page takes nothing but the client, as a shop's page would", () => {
    const taken = page.flatMap(({ path, imports }) =>
      imports
        .filter((one) => !isOurs(one) || !targetOf(path, one.from).startsWith('demo/page/'))
        .map(({ from }) => from),
    )
    expect(new Set(taken)).toEqual(new Set(['@tillgate/client']))
  })

  test('the public and the admin listener are made in one file each; the viewer of the docs has one inside', () => {
    const makers = src.filter(({ imports }) =>
      imports.some(({ from, names }) => from === 'fastify' && /^Fastify\b/.test(names)),
    )
    expect(makers.map(({ path }) => path).sort()).toEqual([
      'src/admin.ts',
      'src/app.ts',
      'src/routes/docs.ts',
    ])
  })
})

describe('what is sealed', () => {
  test('is revealed in these files and nowhere else', () => {
    const revealing = src.filter(({ imports }) => imports.some(({ names }) => /\breveal\b/.test(names)))
    expect(revealing.map(({ path }) => path).sort()).toEqual([
      // The store token, into the header that BigCommerce reads.
      'src/clients/bigcommerce/management-call.ts',
      // The instrument and the PAT, into the charge.
      'src/clients/bigcommerce/payments-api.ts',
      // The claims of a PAT.
      'src/domain/payment-access-token.ts',
      // A body, into the check that seals its instrument.
      'src/plugins/sealed-body.ts',
      // The type of an instrument, to refuse it by that alone.
      'src/routes/orders/refuse-instrument.ts',
      // The store token, into a key that is derived from it.
      'src/services/keyed-digest.ts',
    ])
  })

  test('takes no other way out: nothing reads the body but the schemas, and every event that is logged is listed', () => {
    const bodyReaders = src.filter(({ text }) => /(?<!`)\brequest\.(body|raw\.body|rawBody)\b/.test(text))
    expect(bodyReaders.map(({ path }) => path).sort()).toEqual([
      'src/routes/orders/pay-order.ts',
      'src/routes/webhooks.ts',
    ])
    const said = src.flatMap(({ text }) =>
      [
        ...text.matchAll(/\blog(?:ger)?\.(?:trace|debug|info|warn|error|fatal)\(([^;\n]*?)'([^']+)',?\s*\)/g),
      ].map(([, , event = '']) => event),
    )
    expect(said.length).toBeGreaterThan(8)
    expect(said.filter((msg) => listedEntry({ msg }).msg !== msg)).toEqual([])
  })
})

describe('small manners', () => {
  const linesOf = ({ text }: SourceFile) => text.trimEnd().split('\n').length
  /** A table of data with one entry for each problem, read from top to bottom; splitting it would hide what is missing. */
  const tables = new Set(['src/domain/problems.ts'])

  test('no file is longer than 260 lines', () => {
    const long = [...src, ...sandbox, ...client].filter(
      (file) => linesOf(file) > 260 && !tables.has(file.path) && !generated.has(file.path),
    )
    expect(long.map((file) => `${file.path}: ${linesOf(file)} lines`)).toEqual([])
  })

  test.each([
    ['src', src],
    ['sandbox', sandbox],
    ['clients/typescript', client],
  ])('half of the files of %s have sixty lines or fewer', (_folder, files) => {
    const lines = files.map(linesOf).sort((a, b) => a - b)
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(60)
  })

  test('nothing is exported by default', () => {
    expect(
      all.filter(({ text }) => /^export default\b|\bas default\b/m.test(text)).map(({ path }) => path),
    ).toEqual([])
  })

  test('there are no barrels: a name is imported from where it is written', () => {
    const barrels = all.filter(
      ({ path, text }) =>
        path !== frontDoor &&
        (basename(path) === 'index.ts' || /^export\s+(\*|(type\s+)?\{[^}]*\}\s+from)/m.test(text)),
    )
    expect(barrels.map(({ path }) => path)).toEqual([])
  })

  test('one file of the service reads the environment', () => {
    const readers = src.filter(({ text }) =>
      /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b|from 'node:process'/.test(
        text,
      ),
    )
    expect(readers.map(({ path }) => relative('src', path))).toEqual(['config/config.ts'])
  })
})
