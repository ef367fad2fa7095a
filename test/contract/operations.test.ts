import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { LOG_EVENTS } from '../../src/logging/log-entry.ts'
import { alerts, panels, readRoot } from '../support/observability-files.ts'

const page = readRoot('docs/operations.md')
/** As GitHub makes them of headings. */
const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
)

test.each(alerts())('$alert leads to its runbook, and says what is the matter', ({ annotations, labels }) => {
  const [address, anchor] = annotations.runbook_url.split('#')
  expect(address).toBe(
    '{{ with $externalLabels.tillgate_runbooks }}{{ . }}{{ else }}https://tillgate.dev/operations{{ end }}',
  )
  expect(anchors).toContain(anchor)
  expect(annotations.summary).toMatch(/^[A-Z].+\.$/)
  expect(['page', 'ticket']).toContain(labels.severity)
})

test('links within the page lead somewhere', () => {
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
  expect(links.length).toBeGreaterThan(3)
  expect(links.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([])
})

/** The first cells of a section's table, row by row, by the words in code that they hold. */
const rowsOf = (heading: string) =>
  (page.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, words = '']) => words))

test('every line that is logged is explained once, and no line that is not', () => {
  const explained = rowsOf('Log lines').flat()
  expect(explained.toSorted()).toEqual([...LOG_EVENTS, 'unlisted event'].toSorted())
})

test('every line that the source logs is one of these', () => {
  const root = join(import.meta.dirname, '../../src')
  const lines = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readRoot(join('src', name)).matchAll(
        /\blog(?:ger)?\.(?:info|warn|error|fatal)\((?:\s*(?:\w+|\{[^}]*\}),)?\s*'([^']+)'/g,
      ),
    ])
    .map(([, event = '']) => event)
  expect(lines.length).toBeGreaterThan(12)
  expect(LOG_EVENTS).toEqual(expect.arrayContaining(lines))
})

test('every metric is explained once', () => {
  const explained = rowsOf('Metrics').flat()
  expect(explained.length).toBeGreaterThan(12)
  expect(explained.filter((name, index) => explained.indexOf(name) < index)).toEqual([])
})

test('the dashboard can be loaded: ids of their own, something to ask in each panel', () => {
  const all = panels()
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  expect(all.filter(({ type, targets = [] }) => type !== 'row' && targets.length === 0)).toEqual([])
})

interface Compose {
  readonly services: Record<string, { image?: string; profiles?: string[]; volumes?: string[] }>
}

test('the profile `observability` mounts files that there are, into images of an exact version', () => {
  const { services } = parse(readRoot('docker-compose.yml')) as Compose
  const observing = Object.values(services).filter(({ profiles }) => profiles?.includes('observability'))
  expect(observing).toHaveLength(2)
  for (const { image, volumes = [] } of observing) {
    expect(image).toMatch(/^[\w/]+:v?\d+\.\d+\.\d+$/)
    const mounted = volumes.map((volume) => volume.split(':')[0] ?? '').filter((path) => path.startsWith('.'))
    expect(mounted.length).toBeGreaterThan(0)
    for (const path of mounted)
      expect([path, existsSync(join(import.meta.dirname, '../..', path))]).toEqual([path, true])
  }
})

test('no runbook has SQL that writes: people end payments by the desk', () => {
  expect(page).toContain('npm run payments -- resolve PAYMENT not-charged')
  expect(page).not.toMatch(/\b(INSERT INTO|UPDATE payment_attempts|DELETE FROM)\b/)
  expect(page).not.toContain('```sql')
})
