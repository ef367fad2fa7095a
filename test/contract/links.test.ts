import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const pages = globSync(['*.md', '{clients,demo,docs,examples,ops,sandbox,src,test}/**/*.md'], {
  cwd: root,
  exclude: ['**/node_modules/**'],
})
const code = /^( *)```.*?^\1```$/gms
const read = (page: string) => readFileSync(join(root, page), 'utf8').replace(code, '')

/** The anchors that GitHub makes of a page's headings. */
const anchorsOf = (page: string) =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/\]\([^)]*\)/g, '')
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

function brokenLinksOf(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), decodeURIComponent(path))
    if (!existsSync(join(root, target))) return true
    const isPage = target.endsWith('.md') && statSync(join(root, target)).isFile()
    return isPage && anchor !== undefined && !anchorsOf(target).includes(anchor)
  })
}

/** Files that a page names in code, by their path in the repository or in `src`; not patterns such as OPERATION. */
const filesNamedIn = (page: string) =>
  [...read(page).matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|sql|yml|json|mjs))`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !/[A-Z]{4}/.test(path))
const places = ['', 'src', 'test/simulation']

test('there is something to check', () => {
  expect(pages.length).toBeGreaterThan(50)
  expect(anchorsOf('docs/reliability.md')).toContain('what-it-rests-on')
})

test.each(pages)('the links of %s lead somewhere', (page) => {
  expect(brokenLinksOf(page)).toEqual([])
})

test.each(pages)('the files that %s names are there', (page) => {
  const missing = filesNamedIn(page).filter(
    (path) =>
      ![...places.map((place) => join(place, path)), join(dirname(page), path)].some((candidate) =>
        existsSync(join(root, candidate)),
      ),
  )
  expect(missing).toEqual([])
})
