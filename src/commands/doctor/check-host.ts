import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Finding, findingsOf } from './finding.ts'
import { nameOf, within } from './within.ts'

/** For each of name, connection and TLS. A host that takes longer would cost payments anyway. */
const stageTimeoutMs = 3_000
/** Above this the way to the host, not the host, is what shoppers wait for. */
const slowMs = 1_000

/** Whether a host can be reached, and if not, whether it is the name, the connection or TLS. Sends no request. */
export async function checkHost(check: string, address: string): Promise<Finding[]> {
  const { ok, warning, failure } = findingsOf(check)
  const { protocol, hostname, port } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isTls = protocol === 'https:'
  const portNumber = Number(port || (isTls ? 443 : 80))
  const startedMs = performance.now()
  const stages = ['name', 'connection', 'TLS'] as const
  let stage: (typeof stages)[number] = 'name'
  let socket: Socket | undefined
  try {
    if (isIP(host) === 0) await within(stageTimeoutMs, lookup(host))
    stage = 'connection'
    socket = connect({ host, port: portNumber })
    await within(stageTimeoutMs, once(socket, 'connect'))
    stage = 'TLS'
    if (isTls) {
      socket = connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) })
      await within(stageTimeoutMs, once(socket, 'secureConnect'))
    }
  } catch (error) {
    return [failure(`${host}:${portNumber}: ${sayings[stage]} (${nameOf(error)}).`, advice[stage])]
  } finally {
    // A late error of a socket that nobody waits for any more must not end the program.
    socket?.on('error', () => {}).destroy()
  }
  const ms = Math.round(performance.now() - startedMs)
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host)
  if (!isTls && !isLocal) {
    return [
      warning(
        `${host}:${portNumber} is reached without TLS.`,
        'Use an https address: credentials and cards go there.',
      ),
    ]
  }
  const reached = `${host}:${portNumber} is reached${isTls ? ' over TLS' : ''} in ${ms} ms.`
  return [
    ms > slowMs
      ? warning(reached, 'Look for a slow resolver, proxy or route: every charge dials anew.')
      : ok(reached),
  ]
}

const sayings = {
  name: 'the name is not found',
  connection: 'the name is found, but no connection comes about',
  TLS: 'the connection comes about, but TLS fails',
}
const advice = {
  name: 'Look for a typing error in the address, then at the resolver of this machine or container.',
  connection:
    'Let this machine or container open connections to that address and port (firewall, egress rules).',
  TLS: 'Look at who answers there: an intercepting proxy needs its CA in NODE_EXTRA_CA_CERTS; a wrong clock also makes certificates invalid.',
}
