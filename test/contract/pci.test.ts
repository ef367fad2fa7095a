import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/pci.md'), 'utf8')

/** The tables of the page: each a list of rows, each a list of cells. */
const tables = page
  .split(/\n(?!\|)/)
  .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
  .filter((lines) => lines.length > 2)
  .map((lines) =>
    lines.map((line) =>
      line
        .replace(/^\||\|$/g, '')
        .split('|')
        .map((cell) => cell.trim()),
    ),
  )

const paths = (text: string) => [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path)

describe('docs/pci.md', () => {
  test('maps PCI DSS, the OWASP API Top 10 and ASVS', () => {
    expect(tables.map((rows) => rows[0]?.[0])).toEqual(['You set', 'Requirement', 'Risk', 'Chapter'])
    const [, requirements = [], risks = []] = tables
    expect(requirements.length).toBeGreaterThan(20)
    expect(risks.slice(2).map(([risk = '']) => risk.split(' ')[0])).toEqual(
      Array.from({ length: 10 }, (_, index) => `API${index + 1}`),
    )
  })

  test('has no empty cell', () => {
    for (const rows of tables) {
      for (const row of rows) {
        expect(row, row.join(' | ')).toHaveLength(rows[0]?.length ?? 0)
        for (const cell of row) expect(cell, row.join(' | ')).not.toMatch(/^(n\/a|-|tbd|todo|\?)?$/i)
      }
    }
  })

  test('names a test for every requirement, and every test that it names exists', () => {
    const [, ...mappings] = tables
    for (const row of mappings.flatMap((rows) => rows.slice(2))) {
      const named = paths(row.at(-1) ?? '')
      expect(named.length, row.join(' | ')).toBeGreaterThan(0)
      expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
    }
  })

  test('says what raw cards mean for the questionnaire, and is referred to', () => {
    expect(page).toContain('SAQ D')
    expect(readFileSync(join(root, 'SECURITY.md'), 'utf8')).toContain('docs/pci.md')
  })
})
