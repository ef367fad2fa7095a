import { basename, dirname, matchesGlob, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listedEntry } from '../src/logging/log-entry.ts'
import { circlesAmong } from './architecture/circles.ts'
import { layerOf, RULES, wrongImportsOf } from './architecture/layers.ts'
import { scrapsAmong, tooLong } from './architecture/sizes.ts'
import {
  filesOf,
  importedBy,
  importsOf,
  isOurs,
  loadedBy,
  type SourceFile,
  sourceFile,
  targetOf,
} from './architecture/source-files.ts'
import { PROJECTS, type ProjectName } from './projects.ts'

const src = filesOf('src')
const sandbox = filesOf('sandbox')
const client = filesOf('clients/typescript/src')
const page = filesOf('demo/page')
/** What people run, open and give away: the product and what stands around it. */
const rooms = [...src, ...sandbox, ...filesOf('demo'), ...filesOf('bench'), ...client]
const all = [...rooms, ...filesOf('scripts')]
/** What the client's package gives to those who install it: a package has one front door. */
const frontDoor = 'clients/typescript/src/index.ts'

test('every import of a file leads to one', () => {
  const files = [...all, ...filesOf('test'), ...filesOf('tools')]
  /** Files whose texts hold the imports of others. */
  const quoting = /^test\/(architecture|sabotage)/
  const known = new Set(files.map(({ path }) => path))
  const lost = files
    .filter(({ path }) => !quoting.test(path))
    .flatMap((file) =>
      importedBy(file)
        .filter((target) => target.endsWith('.ts') && !known.has(target))
        .map((target) => `${file.path} imports ${target}`),
    )
  expect(lost).toEqual([])
})

test('there is something to check', () => {
  expect(src.length).toBeGreaterThan(50)
  expect(src.flatMap(({ imports }) => imports).length).toBeGreaterThan(150)
})

describe('these rules notice', () => {
  const made = (files: Readonly<Record<string, string>>) =>
    Object.entries(files).map(([path, text]) => sourceFile(path, text))
  const body = 'export const one = 1\n'

  test('every kind of import', () => {
    expect(
      importsOf(
        "import type { A } from './a.ts'\nimport { type B } from './b.ts'\nimport { type C, d } from './c.ts'\nawait import('e')\nimport 'f'\nexport { g } from './g.ts'",
      ).map(({ from, isType }) => `${from} ${isType}`),
    ).toEqual(['./a.ts true', './b.ts true', './c.ts false', 'e false', 'f false', './g.ts false'])
  })

  test('a circle, even by types and through a third file', () => {
    const files = made({
      'src/stores/a.ts': "import type { B } from './b.ts'\nexport const a = 1\n",
      'src/stores/b.ts': "import { c } from '../domain/c.ts'\nexport type B = typeof c\n",
      'src/domain/c.ts': "export const c = 1\nexport type A = import('../stores/a.ts').A\n",
      'src/domain/d.ts': "import { c } from './c.ts'\nexport const d = c\n",
    })
    expect(circlesAmong(files)).toEqual([['src/domain/c.ts', 'src/stores/a.ts', 'src/stores/b.ts']])
    expect(circlesAmong(files.slice(1))).toEqual([])
  })

  test('a scrap, but no plugin, no types, no file with two importers and none of some length', () => {
    const user = (...names: string[]) => names.map((name) => `import { one } from './${name}.ts'\n`).join('')
    const files = made({
      'src/domain/scrap.ts': body,
      'src/domain/shared.ts': body,
      'src/domain/grown.ts': body.repeat(25),
      'src/domain/types.ts': 'export interface One {}\n',
      'src/domain/user.ts': user('scrap', 'shared', 'grown', 'types') + body.repeat(25),
      'src/domain/other.ts': user('shared') + body.repeat(25),
      'src/plugins/plugin.ts': body,
      'src/app.ts': "import { one } from './plugins/plugin.ts'\n",
    })
    expect(scrapsAmong(files)).toEqual(['src/domain/scrap.ts belongs in src/domain/user.ts'])
  })

  test('a file that is too long', () => {
    const files = made({ 'src/app.ts': body.repeat(260), 'src/admin.ts': body.repeat(261) })
    expect(tooLong(files)).toEqual(['src/admin.ts: 261 lines'])
  })

  test.each([
    ['domain', "import { a } from '../services/a.ts'", 'domain may import services never'],
    ['routes', "import { a } from '../services/a.ts'", 'routes may import services types only'],
    ['services', "import { request } from 'undici'", 'not a package for services'],
    ['cellar', "import { a } from '../domain/a.ts'", 'no rule says what cellar may import'],
  ])('a wrong import in %s: %s', (layer, text, said) => {
    expect(wrongImportsOf(sourceFile(`src/${layer}/file.ts`, text))).toEqual([expect.stringContaining(said)])
  })

  test('nothing wrong with what is allowed', () => {
    const file = sourceFile('src/routes/file.ts', "import type { A } from '../services/a.ts'")
    expect(wrongImportsOf(file)).toEqual([])
  })
})

describe('the direction of dependencies', () => {
  test.each(Object.keys(RULES))('%s imports what it may', (layer) => {
    expect(src.filter(({ path }) => layerOf(path) === layer).flatMap(wrongImportsOf)).toEqual([])
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

  test('the kinds of clients do not know each other, but for what all of them need', () => {
    const crossing = src
      .filter(({ path }) => layerOf(path) === 'clients')
      .flatMap(({ path, imports }) =>
        imports.filter(isOurs).map(({ from }) => ({ path, target: targetOf(path, from) })),
      )
      .filter(({ path, target }) => layerOf(target) === 'clients' && dirname(target) !== dirname(path))
      .filter(({ target }) => dirname(target) !== 'src/clients')
    expect(crossing).toEqual([])
  })

  test('only the composition roots make services', () => {
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
      makers.filter(
        (line) => !/^src\/compose(-desk|-events)?\.ts/.test(line) && !line.startsWith('src/services/'),
      ),
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

  test('the public and the admin listener are made in one file each; the contract and its viewer have one inside', () => {
    const makers = src.filter(({ imports }) =>
      imports.some(({ from, names }) => from === 'fastify' && /^Fastify\b/.test(names)),
    )
    expect(makers.map(({ path }) => path).sort()).toEqual([
      'src/admin.ts',
      'src/app.ts',
      'src/openapi/describe-routes.ts',
      'src/routes/docs.ts',
    ])
  })
})

describe('the projects of the tests', () => {
  const tests = filesOf('test').filter(({ path }) => path.endsWith('.test.ts'))
  const known = new Map([...all, ...filesOf('test'), ...filesOf('tools')].map((file) => [file.path, file]))
  const named = (name: ProjectName) => tests.filter(({ path }) => projectOf(path) === name)

  function projectOf(path: string): ProjectName {
    const names = Object.keys(PROJECTS) as ProjectName[]
    return names.find((name) => PROJECTS[name].some((glob) => matchesGlob(path, glob))) ?? 'unit'
  }

  /** The files of which something reaches what a test loads: values, not types. */
  const reaching = (files: readonly SourceFile[], starts: (file: SourceFile) => boolean) =>
    files.filter((file) => loadedBy(file, known).some(starts)).map(({ path }) => path)
  const startsProcesses = ({ imports }: SourceFile) =>
    imports.some(({ from }) => from === 'node:child_process')
  const usesPostgres = ({ text }: SourceFile) => /\binject\('postgresUrl'\)/.test(text)
  const listens = ({ text }: SourceFile) => /\.listen\(|\bcreateServer\(/.test(text)

  test('each of them has some tests', () => {
    for (const name of Object.keys(PROJECTS) as ProjectName[])
      expect(named(name).length).toBeGreaterThan(name === 'alone' ? 0 : 5)
  })

  test('unit tests start no process, use no Postgres and listen nowhere', () => {
    const starts = (file: SourceFile) => startsProcesses(file) || usesPostgres(file) || listens(file)
    expect(reaching(named('unit'), starts)).toEqual([])
  })

  test('only the tests of processes start some, and only those of Postgres get one', () => {
    expect(reaching([...named('http'), ...named('postgres')], startsProcesses)).toEqual([])
    expect(reaching(named('http'), usesPostgres)).toEqual([])
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
      // What signs events.
      'src/clients/events/send-event.ts',
      // The claims of a PAT.
      'src/domain/payment-access-token.ts',
      // A body, into the check that seals its instrument, and into the one of the type that comes before.
      'src/plugins/validation.ts',
    ])
  })

  test('takes no other way out: nothing reads the body but the schemas, and every event that is logged is listed', () => {
    const bodyReaders = src.filter(({ text }) => /(?<!`)\brequest\.(body|raw\.body|rawBody)\b/.test(text))
    expect(bodyReaders.map(({ path }) => path).sort()).toEqual([
      'src/routes/checkouts/pay-checkout.ts',
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
  /** Tables of data with an entry a line, read from top to bottom; splitting one would hide what is missing. */
  const tables = new Set(['src/domain/problems.ts', 'clients/typescript/src/openapi.ts'])

  test('no file is longer than one can take in', () => {
    expect(tooLong(all.filter(({ path }) => !tables.has(path)))).toEqual([])
  })

  test('no short file has one importer only', () => {
    expect(scrapsAmong(rooms)).toEqual([])
  })

  test('no files import one another, by types either', () => {
    expect(circlesAmong(rooms)).toEqual([])
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
