import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { untilSaid } from '../support/until-said.ts'
import { program } from './install.ts'

/** Prism answers with problems of this type where a request or an answer is not as the document says. */
export const prismComplaint = 'stoplight.io/prism'

/** Starts Prism by these arguments, until the test ends. @returns its address. */
export async function startPrism(...args: readonly string[]): Promise<string> {
  const port = await freePort()
  const prism = program('@stoplight/prism-cli/dist/index.js')
  const child = spawn(
    process.execPath,
    [prism, ...args, '--errors', '--host', '127.0.0.1', '--port', String(port)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(async () => {
    child.kill()
    await once(child, 'close')
  })
  await untilSaid(child, 'Prism is listening')
  return `http://127.0.0.1:${port}`
}
