import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface Import {
  readonly from: string
  /** Whether the compiler erases it: `import type`, or every name marked `type`. */
  readonly isType: boolean
  readonly names: string
}

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

const statement = /^(?:import|export)\s+(type\s)?([^'";]*?)\s*from\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/gm

export const importsOf = (text: string): Import[] =>
  [...text.matchAll(statement)].map(([, type, names = '', from, bare = '']) => {
    const marked = /^\{(.*)\}$/s
      .exec(names)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean)
    return {
      from: from ?? bare,
      names,
      isType: type !== undefined || marked?.every((name) => name.startsWith('type ')) === true,
    }
  })

/** A file as these rules see it; tests make some up. */
export const sourceFile = (path: string, text: string): SourceFile => ({
  path,
  text,
  imports: importsOf(text),
})

/** The TypeScript in a folder of the repository and below; none if there is no such folder. */
export const filesOf = (folder: string): SourceFile[] =>
  (existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    : []
  )
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => sourceFile(join(folder, name), readFileSync(join(root, folder, name), 'utf8')))

export const targetOf = (path: string, from: string) => normalize(join(dirname(path), from))
export const isOurs = ({ from }: Import) => from.startsWith('.')
export const linesOf = ({ text }: SourceFile) => text.trimEnd().split('\n').length

/** The files of the repository that a file imports, types included. */
export const importedBy = ({ path, imports }: SourceFile): string[] =>
  imports.filter(isOurs).map(({ from }) => targetOf(path, from))

/** A file and all that is loaded with it: what it imports as values, and what that imports, and so on. */
export function loadedBy(file: SourceFile, known: ReadonlyMap<string, SourceFile>): SourceFile[] {
  const loaded = new Set<SourceFile>()
  const open = [file]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (loaded.has(one)) continue
    loaded.add(one)
    const { path, imports } = one
    const targets = imports
      .filter((each) => isOurs(each) && !each.isType)
      .map(({ from }) => targetOf(path, from))
    open.push(...targets.flatMap((target) => known.get(target) ?? []))
  }
  return [...loaded]
}
