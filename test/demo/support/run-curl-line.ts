import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const hasCurl = spawnSync('curl', ['--version']).status === 0

export interface CurlAnswer {
  readonly status: number
  /** Headers too, where the command asks curl to show them. */
  readonly text: string
}

/** The commands that the demo prints: each begins at the margin and goes on after a backslash. */
export function curlLinesOf(output: string): readonly string[] {
  return output.match(/^curl (?:.*\\\n)*.*$/gm) ?? []
}

/** Runs a shown command as it stands, in a bash with these variables; where there is no curl, by fetch. */
export async function runCurlLine(
  command: string,
  variables: Readonly<Record<string, string>>,
): Promise<CurlAnswer> {
  if (!hasCurl) return fetchInstead(withVariables(command, variables))
  const env = { ...process.env, ...variables }
  const { stdout } = await run('bash', ['-c', `${command} -w '\\n%{http_code}'`], { env })
  return { status: Number(stdout.slice(stdout.lastIndexOf('\n') + 1)), text: stdout }
}

const withVariables = (command: string, variables: Readonly<Record<string, string>>) =>
  command.replace(/\$(\w+)/g, (all, name: string) => variables[name] ?? all)

async function fetchInstead(command: string): Promise<CurlAnswer> {
  const [url = ''] = /http:[^\s"]+/.exec(command) ?? []
  const headers = [...command.matchAll(/-H (['"])([^:]+): (.+?)\1/g)].map(([, , name = '', value = '']) => [
    name,
    value,
  ])
  const [, body = null] = /-d '([^']+)'/.exec(command) ?? []
  const answer = await fetch(url, {
    method: body === null ? 'GET' : 'POST',
    headers: new Headers(headers as [string, string][]),
    body,
  })
  const shown = [...answer.headers].map(([name, value]) => `${name}: ${value}`)
  return { status: answer.status, text: [...shown, '', await answer.text()].join('\n') }
}
