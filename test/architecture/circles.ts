import { importedBy, type SourceFile } from './source-files.ts'

/** Files that import one another, directly or through others, type imports included: each circle with its files sorted. */
export function circlesAmong(files: readonly SourceFile[]): string[][] {
  const targets = new Map(files.map((file) => [file.path, importedBy(file)]))
  const reached = new Map([...targets.keys()].map((path) => [path, reachedFrom(path, targets)]))
  const circles = [...targets.keys()]
    .filter((path) => reached.get(path)?.has(path))
    .map((path) => [...(reached.get(path) ?? [])].filter((other) => reached.get(other)?.has(path)).sort())
  return [...new Map(circles.map((circle) => [circle.join(' '), circle])).values()]
}

/** What a file imports, and what that imports, and so on; itself only if a circle leads back to it. */
function reachedFrom(start: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>()
  const open = [...(targets.get(start) ?? [])]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue
    reached.add(path)
    open.push(...(targets.get(path) ?? []))
  }
  return reached
}
