import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const page = join(import.meta.dirname, '../../docs/performance.md')

export const table = (head: readonly string[], body: readonly (readonly (string | number)[])[]) =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** Prints figures, and puts them between the marks of that name in docs/performance.md where that is asked for. */
export function report(name: string, figures: string, isReported: boolean): void {
  process.stdout.write(`\n${figures}\n`)
  if (isReported) writeFileSync(page, withFigures(readFileSync(page, 'utf8'), name, figures))
}

/** @returns the page with the text between the marks of that name replaced. */
export function withFigures(text: string, name: string, figures: string): string {
  const begin = `<!-- ${name}: written by \`npm run bench\` -->`
  const end = `<!-- end of ${name} -->`
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined)
    throw new Error(`docs/performance.md has lost its marks for ${name}`)
  return [before, begin, '\n\n', figures, '\n\n', end, after].join('')
}
