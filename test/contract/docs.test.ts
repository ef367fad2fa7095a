import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configurationPage } from '../../scripts/configuration-page.ts'
import { readContract } from '../../scripts/contract.ts'
import { llmsPage } from '../../scripts/llms-page.ts'
import { postmanCollection } from '../../scripts/postman-collection.ts'
import { problemsPage } from '../../scripts/problems-page.ts'

test.each([
  ['configuration.md', configurationPage],
  ['problems.md', problemsPage],
])('docs/%s is up to date; `npm run docs` writes it', async (name, page) => {
  expect(await readFile(join(import.meta.dirname, '../../docs', name), 'utf8')).toBe(page())
})

test.each([
  ['clients/postman/tillgate.postman_collection.json', postmanCollection],
  ['llms.txt', llmsPage],
])('%s is made from the contract; `npm run openapi` writes it', async (path, made) => {
  expect(await readFile(join(import.meta.dirname, '../..', path), 'utf8')).toBe(made(readContract()))
})

test('CONTRIBUTING names every npm script, and no other', async () => {
  const root = join(import.meta.dirname, '../..')
  const page = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8')
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const named = [...page.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name)

  expect(Object.keys(scripts).filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([])
  expect(named.filter((name = '') => !(name in scripts))).toEqual([])
})
