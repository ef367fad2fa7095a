import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import { thinSourceMap } from '../../scripts/thin-source-map.ts'
import { inSources } from '../../src/logging/source-lines.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const source = `interface Gone { readonly type: string }

export function first(): string {
  return 'first'
}

export class Second {
  field: Gone = { type: 'second' }

  third(): Gone {
    return [this.field].map((each) => ({ type: each.type }))[0] ?? this.field
  }
}
`

async function bundled() {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'source.ts'), source)
  const bundle = await rolldown({ input: join(folder, 'source.ts') })
  const path = join(folder, 'dist/bundled.js')
  const { output } = await bundle.write({ file: path, format: 'esm', sourcemap: true })
  await bundle.close()
  const [{ code, map }] = output
  writeFileSync(`${path}.map`, thinSourceMap(String(map)))
  return { folder, path, lines: code.split('\n') }
}

test('a frame of the bundle is told by the line of the source that it comes from', async () => {
  const { folder, path, lines } = await bundled()
  for (const words of ["return 'first'", '[this.field].map(', "type: 'second'"]) {
    const row = lines.findIndex((line) => line.includes(words.replaceAll("'", '"')))
    const column = (lines[row]?.search(/\S/) ?? 0) + 8
    const wanted = source.split('\n').findIndex((line) => line.includes(words)) + 1
    const frame = `    at async third (${pathToFileURL(path)}:${row + 1}:${column})`
    const told = inSources(frame, dirname(path))
    expect(told).toMatch(new RegExp(`^    at async third \\(${folder}/source\\.ts:${wanted}:\\d+\\)$`))
  }
})

test.each([
  '    at node:internal/process/task_queues:72:5',
  '    at async handle (/app/node_modules/undici/lib/client.js:10:4)',
  '    at handle (/app/dist/without-a-map.js:10:4)',
  '    at handle (/app/src/main.ts:10:4)',
  'not a frame at all',
])('what has no map stays as it is: %s', (line) => {
  expect(inSources(line, '/app/dist')).toBe(line)
})

test('no map is read of a file elsewhere', async () => {
  const { path } = await bundled()
  const line = `    at third (${path}:1:1)`
  expect(inSources(line, '/app/dist')).toBe(line)
})
