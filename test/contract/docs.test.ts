import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configurationPage } from '../../scripts/configuration-page.ts'
import { problemsPage } from '../../scripts/problems-page.ts'

test.each([
  ['configuration.md', configurationPage],
  ['problems.md', problemsPage],
])('docs/%s is up to date; `npm run docs` writes it', async (name, page) => {
  expect(await readFile(join(import.meta.dirname, '../../docs', name), 'utf8')).toBe(page())
})
