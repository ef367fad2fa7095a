import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Finding, findingsOf } from './finding.ts'
import { nameOf, within } from './within.ts'

/** For each of name, connection and TLS. A host that takes longer would lose payments anyway. */
const stageTimeoutMs = 3_000
/** Above this, shoppers wait for the way to the host rather than for the host. */
const slowMs = 1_000

/** Whether a host can be reached, and if not, whether name, connection or TLS fails. Sends no request. */
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
    // A late error of this socket must not end the program.
    socket?.on('error', () => {}).destroy()
  }
  const ms = Math.round(performance.now() - startedMs)
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host)
  if (!isTls && !isLocal) {
    return [
      warning(
        `${host}:${portNumber} is reached without TLS. Credentials and cards would go there.`,
        'Use an https address.',
      ),
    ]
  }
  const reached = `${host}:${portNumber} is reached${isTls ? ' over TLS' : ''} in ${ms} ms.`
  return [
    ms > slowMs
      ? warning(reached, 'Check for a slow resolver, proxy or route: every charge opens a new connection.')
      : ok(reached),
  ]
}

const sayings = {
  name: 'the name is not found',
  connection: 'the name is found, but cannot connect',
  TLS: 'connected, but TLS fails',
}
const advice = {
  name: 'Check the spelling of the address, then the DNS resolver of this machine or container.',
  connection: 'Let this machine or container connect to that address and port (firewall, egress rules).',
  TLS: 'Check what answers there. An intercepting proxy needs its CA in NODE_EXTRA_CA_CERTS; a wrong clock makes certificates invalid too.',
}
