import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { readRoot } from '../support/observability-files.ts'

const root = join(import.meta.dirname, '../..')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What stands under a heading of docs/operations.md. */
export const runbook = (heading: string): string =>
  readRoot('docs/operations.md').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''

/** The first piece of code of a language in a runbook that has this in it, without its indentation. */
export function codeIn(text: string, language: string, holding = ''): string {
  const fences = [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))]
  const found = fences.find(([, , code = '']) => code.includes(holding))
  if (!found) throw new Error(`No ${language} with ${holding} in this runbook:\n${text}`)
  const [, indentation = '', code = ''] = found
  return code.replaceAll(new RegExp(`^${indentation}`, 'gm'), '').trim()
}

/** Runs a command as an operator would, in the repository's folder. */
export const runCommand = (command: string, variables: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, ...variables } }
    execFile('bash', ['-c', command], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
