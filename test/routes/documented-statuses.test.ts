import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishedDocument } from '../support/documented.ts'

test.each([
  ['pay-order', '/orders/{id}/pay', 'post'],
  ['list-payment-methods', '/orders/{id}/payment-methods', 'get'],
])('%s has a file of tests for each status that is documented', (folder, path, method) => {
  const tested = readdirSync(join(import.meta.dirname, folder)).map((name) => name.replace('.test.ts', ''))
  const documented = Object.keys(publishedDocument.paths[path]?.[method]?.responses ?? {})
  expect(tested.filter((name) => /^\d{3}$/.test(name)).sort()).toEqual(documented.sort())
})
