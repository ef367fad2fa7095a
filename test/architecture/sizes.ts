import { importedBy, linesOf, type SourceFile } from './source-files.ts'

/** What one can still take in as one thing. */
const linesMax = 260
/** Below this, opening another file costs a reader more than a few more lines in the file that uses it. */
const linesWorthAFile = 25

export const tooLong = (files: readonly SourceFile[]): string[] =>
  files.filter((file) => linesOf(file) > linesMax).map((file) => `${file.path}: ${linesOf(file)} lines`)

/**
 * Files so short that they belong in the one file that imports them. A plugin is a concern with a name of its own, and a
 * file of types alone keeps two others from importing each other: those may be short.
 */
export function scrapsAmong(files: readonly SourceFile[]): string[] {
  const importers = new Map<string, string[]>()
  for (const file of files) {
    for (const target of new Set(importedBy(file)))
      importers.set(target, [...(importers.get(target) ?? []), file.path])
  }
  return files
    .filter((file) => linesOf(file) < linesWorthAFile && !isPlugin(file) && !isTypesOnly(file))
    .flatMap(({ path }) => {
      const [only, ...others] = importers.get(path) ?? []
      return only !== undefined && others.length === 0 ? [`${path} belongs in ${only}`] : []
    })
}

const isPlugin = ({ path }: SourceFile) => path.startsWith('src/plugins/')
const isTypesOnly = ({ text }: SourceFile) =>
  !/^export (async |abstract |declare )*(function|class|const|let|enum)\b/m.test(text)
