import { once } from 'node:events'
import { createServer } from 'node:net'
import { Agent, request } from 'undici'
import { type Finding, findingsOf } from './finding.ts'
import { nameOf } from './within.ts'

const answerTimeoutMs = 2_000

/** Whether the service can listen there: tries it for a moment. A Tillgate that listens already is fine too. */
export async function checkPort(
  name: string,
  { host, port, isTls }: { readonly host: string; readonly port: number; readonly isTls: boolean },
): Promise<Finding[]> {
  const { ok, failure } = findingsOf(name)
  if (port === 0) return [ok('The service takes a free port.')]
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return [ok(`${host}:${port} is free.`)]
  } catch (error) {
    const code = nameOf(error)
    if (code === 'EADDRINUSE' && (await isTillgate(host, port, isTls))) {
      return [ok(`A Tillgate already listens at ${host}:${port}.`)]
    }
    return [failure(`Cannot listen at ${host}:${port} (${code}).`, advice[code] ?? `Change HOST or ${name}.`)]
  } finally {
    server.close()
  }
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program uses the port. Stop it, or choose another port.',
  EACCES: 'Ports below 1024 need privileges that the service should not have. Choose a higher one.',
  EADDRNOTAVAIL: 'HOST is not an address of this machine or container.',
}

/** Asks for `/livez`, which both ports of this service answer in its own way. */
async function isTillgate(host: string, port: number, isTls: boolean): Promise<boolean> {
  const reachable =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host)
  // The certificate is for the public name, not for this address. Nothing secret is sent.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  try {
    const answer = await request(`${isTls ? 'https' : 'http'}://${reachable}:${port}/livez`, {
      signal: AbortSignal.timeout(answerTimeoutMs),
      dispatcher,
    })
    const text = await answer.body.text()
    return text === '{"status":"live"}'
  } catch {
    return false
  } finally {
    await dispatcher.destroy()
  }
}
