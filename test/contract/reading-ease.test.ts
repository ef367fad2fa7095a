import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readingEaseOf } from '../support/reading-ease.ts'

const root = join(import.meta.dirname, '../..')
const ease = (page: string) => readingEaseOf(readFileSync(join(root, page), 'utf8'))

/** 60 and more is "standard" on Flesch's scale: read without effort by people of 13 to 15 years. */
const plainEnglish = 60

const pages = globSync(['*.md', 'docs/*.md', 'docs/{integrate,decisions}/*.md'], { cwd: root })

test.each(pages)('%s is easy to read', (page) => {
  expect(ease(page)).toBeGreaterThanOrEqual(plainEnglish)
})

test('short words and sentences score high, long ones low', () => {
  expect(readingEaseOf('The cat sat on the mat. It was a fat cat.')).toBeGreaterThan(100)
  expect(
    readingEaseOf('Reconciliation irrevocably necessitates comprehensive organisational accountability.'),
  ).toBeLessThan(0)
})

test('only prose is counted', () => {
  const prose = 'The cat sat on the mat. It was a fat cat.'
  const rest = [
    '```ts\nconst incomprehensibility = reconciliation()\n```',
    '| Internationalisation | Interoperability |\n|---|---|\n| Authentication | Authorisation |',
    '<!-- Internationalisation of interoperability -->',
    '![Internationalisation](interoperability.png)',
    '# Internationalisation',
  ].join('\n\n')
  expect(readingEaseOf(`${prose}\n\n${rest}`)).toBe(readingEaseOf(prose))
  expect(readingEaseOf('The [cat](https://internationalisation.example) sat.')).toBe(
    readingEaseOf('The cat sat.'),
  )
})
