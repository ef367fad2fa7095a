import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The sentence above each table: what was measured, where and when. */
export function machineLine(command: string, database = 'SQLite as it ships'): string {
  const [cpu] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  const busy = loadavg()[0]?.toFixed(1)
  const versions = ['fastify', 'undici'].map((name) => `${name} ${versionOf(name)}`)
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}, commit \`${commitOf()}\`; ${cpus().length} × ${cpu?.model.trim()}, ${gigabytes} GB, load average ${busy} as it ended; Node ${process.version}, ${versions.join(', ')}; ${database}.`
}

function versionOf(name: string): string {
  const path = join(root, 'node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

function commitOf(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', cwd: root }).trim()
  try {
    const isDirty = git('status', '--porcelain', 'src', 'sandbox', 'migrations', 'bench') !== ''
    return `${git('rev-parse', '--short=12', 'HEAD')}${isDirty ? ' with uncommitted changes' : ''}`
  } catch {
    return 'unknown'
  }
}
