import { once } from 'node:events'
import { createServer } from 'node:net'
import { Agent, request } from 'undici'
import { type Finding, findingsOf } from './finding.ts'
import { nameOf } from './within.ts'

const answerTimeoutMs = 2_000

/** Whether the service could listen, by listening for a moment; where it does already, that is fine too. */
export async function checkPort(
  name: string,
  { host, port, isTls }: { readonly host: string; readonly port: number; readonly isTls: boolean },
): Promise<Finding[]> {
  const { ok, failure } = findingsOf(name)
  if (port === 0) return [ok('A free port will be taken.')]
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return [ok(`${host}:${port} is free.`)]
  } catch (error) {
    const code = nameOf(error)
    if (code === 'EADDRINUSE' && (await isTillgate(host, port, isTls))) {
      return [ok(`A Tillgate listens at ${host}:${port} already.`)]
    }
    return [
      failure(`Nobody can listen at ${host}:${port} (${code}).`, advice[code] ?? `Change HOST or ${name}.`),
    ]
  } finally {
    server.close()
  }
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program has it: end that, or take another port.',
  EACCES: 'Ports below 1024 need privileges that the service should not have: take a higher one.',
  EADDRNOTAVAIL: 'HOST is not an address of this machine or container.',
}

/** Asks what only this service answers so, on either of its ports. */
async function isTillgate(host: string, port: number, isTls: boolean): Promise<boolean> {
  const reachable =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host)
  // The certificate is for the name that clients know, which this is not; nothing is said but the question.
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
