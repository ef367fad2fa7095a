import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lineageOf, readDockerfile } from './dockerfile.ts'

const root = join(import.meta.dirname, '../..')

export interface BuiltImage {
  /** The root of a stage's own file system. */
  folderOf(stage: string): string
}

/**
 * Runs the stages of the Dockerfile in folders, without Docker: each stage has a folder as its root. Node, npm and sh are this
 * machine's. Where all dependencies are installed, those of the repository are used, which come from the same lock file.
 */
export function buildStages(target: string, folder: string): BuiltImage {
  const { stages } = readDockerfile()
  const folderOf = (stage: string) => join(folder, stage)
  const build = (name: string) => {
    const own = folderOf(name)
    let workdir = '/'
    mkdirSync(own, { recursive: true })
    for (const { name: word, rest } of lineageOf(stages, name)) {
      const inside = (path: string) => join(own, path.startsWith('/') ? path : join(workdir, path))
      if (word === 'WORKDIR') {
        workdir = rest
        mkdirSync(inside('.'), { recursive: true })
      }
      if (word === 'RUN') run(rest, inside('.'), name)
      if (word === 'COPY') copy(rest, inside)
    }
  }
  const copy = (rest: string, inside: (path: string) => string) => {
    const words = rest.split(/\s+/)
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length)
    const paths = words.filter((word) => !word.startsWith('--'))
    const to = paths.pop() ?? ''
    // Node is not copied: this process runs the same version.
    for (const path of paths.filter((one) => one !== '/usr/local/bin/node')) {
      const source = from === undefined ? join(root, path) : join(folderOf(from), path)
      const target = to.endsWith('/') ? join(inside(to), path) : inside(to)
      mkdirSync(dirname(target), { recursive: true })
      cpSync(source, target, { recursive: true, verbatimSymlinks: true })
    }
  }

  const needed = (name: string): string[] =>
    lineageOf(stages, name)
      .map(({ rest }) => /^--from=(\S+)/.exec(rest)?.[1])
      .filter((from): from is string => from !== undefined && from !== 'node')
      .flatMap((from) => [...needed(from), from])
  for (const name of new Set([...needed(target), target])) build(name)
  return { folderOf }
}

function run(command: string, cwd: string, stage: string): void {
  if (command === 'npm ci --ignore-scripts') {
    symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'))
    return
  }
  const { status, stderr, stdout } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${stage}: ${command} ended with ${status}\n${stdout}\n${stderr}`)
}
