import type { Bug } from './bug.ts'

/** A repository's source: what each file says, by its path. */
export type Sources = ReadonlyMap<string, string>
type Planted =
  | { readonly kind: 'planted'; readonly file: string; readonly text: string }
  | { readonly kind: 'not-found'; readonly because: string }

/** What the source becomes with this bug in it, or why the bug has no place there any more. */
export function plant(bug: Bug, sources: Sources): Planted {
  const homes = sources.has(bug.file)
    ? [bug.file]
    : [...sources.keys()].filter((file) => file.endsWith('.ts'))
  const found = homes.flatMap((file) =>
    placesOf(bug, sources.get(file) ?? '').map((place) => ({ file, ...place })),
  )
  const [only, ...others] = found
  if (only === undefined || others.length > 0)
    return { kind: 'not-found', because: `the text stands ${found.length} times in ${whereOf(bug, homes)}` }
  const source = sources.get(only.file) ?? ''
  const text = source.slice(0, only.start) + bug.replace + source.slice(only.end)
  return text === source
    ? { kind: 'not-found', because: 'it changes nothing' }
    : { kind: 'planted', file: only.file, text }
}

function whereOf({ inside }: Bug, homes: readonly string[]): string {
  const file = homes.length === 1 ? homes[0] : 'the whole source (its file is gone)'
  return inside === undefined ? `${file}` : `${inside} of ${file}`
}

function placesOf({ find, inside }: Bug, source: string): { start: number; end: number }[] {
  const pattern = typeof find === 'string' ? inAnyLayout(find) : new RegExp(find, `${find.flags}g`)
  const { start, end } = inside === undefined ? { start: 0, end: source.length } : extentOf(inside, source)
  return [...source.slice(start, end).matchAll(pattern)].map((match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
  }))
}

/**
 * The same words in the same order, whatever white space stands between them: the formatter may break lines anew.
 * A line break before or after them stays, so that the bug does not end in the comment of the line above.
 */
const inAnyLayout = (text: string): RegExp => {
  const words = text
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const before = /^\s*/.exec(text)?.[0] ?? ''
  const after = /\s*$/.exec(text)?.[0] ?? ''
  return new RegExp(
    [before, words.join('\\s+'), after].map((part) => part.replace(/ +/g, ' +')).join(''),
    'g',
  )
}

/** From the line that declares the name to the next line that is indented no deeper, as the formatter leaves them. */
function extentOf(name: string, source: string): { start: number; end: number } {
  const declaration = new RegExp(
    `^( *)(?:export )?(?:(?:async )?function\\*?|const|let|class|interface|type) ${name}\\b|^( *)(?:readonly |static |async |get |set )*#?${name}(?:\\(|:|<)`,
    'm',
  ).exec(source)
  if (declaration === null) return { start: 0, end: 0 }
  const indentation = declaration[1] ?? declaration[2] ?? ''
  const end = new RegExp(`\\n {0,${indentation.length}}[^\\s})\\]]`, 'g')
  end.lastIndex = declaration.index + declaration[0].length
  return { start: declaration.index, end: end.exec(source)?.index ?? source.length }
}
