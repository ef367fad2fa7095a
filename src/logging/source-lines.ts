import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, resolve } from 'node:path'

/** A line of a stack trace about one of our files: what is before the file, the file, the line, the column, and what follows. */
const frame = /^(.*?\(?)((?:file:\/\/)?\/[^:()]+\.js):(\d+):(\d+)(\)?)$/

const maps = new Map<string, SourceMap | null>()

/**
 * The same line of a stack trace, as the sources have it, where a map beside the file says so. Node does this by itself with
 * `--enable-source-maps`, but reads every map when it starts and keeps them: 70 ms of each start and 12 MB, for errors that may
 * never come.
 *
 * @param folder of the bundle. No other file's map is read, whatever a line may say.
 */
export function inSources(line: string, folder: string = import.meta.dirname): string {
  const [, before, file, row, column, after] = frame.exec(line) ?? []
  const path = file?.replace(/^file:\/\//, '') ?? ''
  if (dirname(path) !== folder) return line
  const place = mapOf(path)?.findOrigin(Number(row), Number(column))
  if (!place || !('fileName' in place)) return line
  const source = resolve(dirname(path), place.fileName)
  return `${before}${source}:${place.lineNumber}:${place.columnNumber}${after}`
}

function mapOf(path: string): SourceMap | null {
  let map = maps.get(path)
  if (map === undefined) {
    try {
      map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')))
    } catch {
      // A file without a map is its own source.
      map = null
    }
    maps.set(path, map)
  }
  return map
}
