import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { installPackages } from '../../tools/install.ts'
import { root, runNode } from '../generated/generate.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { freePort } from '../support/free-port.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { untilSaid } from '../support/until-said.ts'

export const exampleFolder = join(root, 'examples/nextjs')
const program = join(exampleFolder, 'node_modules/next/dist/bin/next')

/** Next must not send anything anywhere, and needs none of the variables of this shell. */
const quiet = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  NEXT_TELEMETRY_DISABLED: '1',
  CI: '1',
}

/** Installs and builds the example with the client as it is now. */
export async function buildExample(): Promise<void> {
  installPackages({
    folder: exampleFolder,
    says: 'Installing the Next.js example, to build and try it. This takes about half a minute, once.',
    // The client is compiled below: its own script would write into its folder, which other tests read.
    npmArguments: ['--ignore-scripts'],
  })
  const client = join(root, 'clients/typescript')
  const compiled = join(exampleFolder, 'node_modules/@tillgate/client/dist')
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await runNode(tsc, ['-p', client, '--noEmit', 'false', '--outDir', compiled], client)
  await promisify(execFile)(process.execPath, [program, 'build'], { cwd: exampleFolder, env: quiet })
}

export interface Shop {
  readonly url: string
  readonly tillgateUrl: string
  readonly sandbox: Sandbox
}

/** The built shop, the service and a sandbox, until the test ends. The shop has no token of the store. */
export async function startShop(environment: Record<string, string> = {}): Promise<Shop> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const { sandbox, url: tillgateUrl } = await startTillgate({
    reconciles: true,
    environment: { CORS_ORIGINS: url, CHECKOUT_PAYMENTS: 'true', PAYMENT_TIMEOUT_MS: '5000' },
  })
  const child = spawn(process.execPath, [program, 'start', '-p', String(port), '-H', 'localhost'], {
    cwd: exampleFolder,
    env: {
      ...quiet,
      ...authEnvironment,
      TILLGATE: tillgateUrl,
      SANDBOX_CONTROL_URL: sandbox.controlUrl,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill()
    await once(child, 'close')
  })
  await untilSaid(child, 'Ready in')
  return { url, tillgateUrl, sandbox }
}
