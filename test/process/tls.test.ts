import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, getCiphers } from 'node:tls'
import { expect, test } from 'vitest'
import { type Authority, type Certified, createAuthority, writeCertified } from '../../tools/certificates.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { rawBytes } from '../support/raw-http.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runService, type ServiceProcess } from './service-process.ts'

const required = {
  HOST: '127.0.0.1',
  PORT: '0',
  DATABASE_URL: 'sqlite::memory:',
  BIGCOMMERCE_API_URL: 'http://127.0.0.1:1/stores/abc123',
  BIGCOMMERCE_STORE_HASH: 'abc123',
  BIGCOMMERCE_ACCESS_TOKEN: 'store-token',
  ...authEnvironment,
}

/** A service whose certificate is of this authority, and the folder in which its files lie. */
async function startWithTls(authority: Authority, more: Record<string, string> = {}) {
  const folder = temporaryFolder()
  const files = writeCertified(folder, await authority.issue('tillgate-1'))
  const service = runService({ ...required, ...files, ...more })
  return { service, folder, url: await service.url }
}

interface Identity {
  readonly authority: Certified
  readonly client?: Certified
  readonly agent?: Agent
}

/** Asks for /livez; the name in the certificate that answered, and the status. */
async function ask(url: string, { authority, client, agent }: Identity) {
  const asking = request(`${url}/livez`, {
    ca: authority.certificate,
    ...(client ? { cert: client.certificate, key: client.privateKey } : {}),
    agent: agent ?? new Agent({ keepAlive: false }),
  })
  asking.end()
  const [response] = await once(asking, 'response')
  const { socket } = response
  const name = socket.getPeerCertificate().subject.CN
  await text(response)
  return { status: response.statusCode, name, headers: response.headers, localPort: socket.localPort }
}

/** Sends the signal, and waits for what is logged of it. */
async function hangUp({ child, lines }: ServiceProcess, expected: RegExp) {
  child.kill('SIGHUP')
  await expect
    .poll(() => lines.filter((line) => expected.test(line)).length, { timeout: 10_000 })
    .toBeGreaterThan(0)
}

test('HTTPS by files: believed by who knows the authority, with the promise to stay with TLS', async () => {
  const authority = await createAuthority()
  const { url } = await startWithTls(authority)
  expect(url).toMatch(/^https:/)
  const { status, headers } = await ask(url, { authority })
  expect([status, headers['strict-transport-security']]).toEqual([200, 'max-age=31536000; includeSubDomains'])
  await expect(ask(url, { authority: await createAuthority() })).rejects.toThrow()
})

test('nothing older than TLS 1.2 is spoken, and plain HTTP only ends its own connection', async () => {
  const authority = await createAuthority()
  const { url } = await startWithTls(authority)
  const port = Number(new URL(url).port)
  const dial = async (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
    // Security level 0: it must be the server that refuses, not this client.
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca: authority.certificate,
      minVersion: 'TLSv1',
      maxVersion,
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    await once(socket, 'secureConnect')
    const version = socket.getProtocol()
    socket.destroy()
    return version
  }
  await expect(dial('TLSv1.1')).rejects.toThrow()
  expect([await dial('TLSv1.2'), await dial('TLSv1.3')]).toEqual(['TLSv1.2', 'TLSv1.3'])
  expect(await rawBytes(url, ['GET /livez HTTP/1.1\r\nHost: a\r\n\r\n'])).toBe('')
  expect((await ask(url, { authority })).status).toBe(200)
})

test('of the ciphers of TLS 1.2 only ECDHE with GCM or ChaCha20 is taken, after a new certificate too', async () => {
  const authority = await createAuthority()
  const { service, folder, url } = await startWithTls(authority)
  const isTaken = async (cipher: string): Promise<boolean> => {
    const socket = connect({
      port: Number(new URL(url).port),
      host: '127.0.0.1',
      ca: authority.certificate,
      maxVersion: 'TLSv1.2',
      ciphers: `${cipher.toUpperCase()}:@SECLEVEL=0`,
    })
    const answered = await once(socket, 'secureConnect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    return answered
  }
  const offered = getCiphers().filter((name) => !name.startsWith('tls_') && !/psk|srp/.test(name))
  const taken = async () => {
    const names = []
    for (const name of offered) if (await isTaken(name)) names.push(name)
    return names
  }
  // The certificate's key is an elliptic one.
  const right = [
    'ecdhe-ecdsa-aes128-gcm-sha256',
    'ecdhe-ecdsa-aes256-gcm-sha384',
    'ecdhe-ecdsa-chacha20-poly1305',
  ]
  expect((await taken()).sort()).toEqual(right)
  writeCertified(folder, await authority.issue('tillgate-2'))
  await hangUp(service, /"name":"tls","renewal":"renewed"/)
  expect((await taken()).sort()).toEqual(right)
})

test('SIGHUP takes over a new certificate and drops no connection; a bad one leaves the old and is logged', async () => {
  const authority = await createAuthority()
  const { service, folder, url } = await startWithTls(authority)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const before = await ask(url, { authority, agent })
  expect(before.name).toBe('tillgate-1')

  writeCertified(folder, await authority.issue('tillgate-2'))
  await hangUp(service, /"name":"tls","renewal":"renewed"/)
  expect((await ask(url, { authority })).name).toBe('tillgate-2')
  // The very connection of before, which was open all the while.
  const after = await ask(url, { authority, agent })
  expect([after.status, after.name, after.localPort]).toEqual([200, 'tillgate-1', before.localPort])

  const { certificate } = await authority.issue('tillgate-3')
  writeFileSync(join(folder, 'tls.crt'), certificate)
  await hangUp(service, /"level":50.*"name":"tls"/)
  expect((await ask(url, { authority })).name).toBe('tillgate-2')
  expect(service.lines.join('')).not.toMatch(/BEGIN|PRIVATE/)
  agent.destroy()
})

test('with an authority for clients, no client gets in without its certificate, also after it changes', async () => {
  const authority = await createAuthority()
  const clients = await createAuthority('Clients')
  const others = await createAuthority('Others')
  const [client, other] = [await clients.issue('shop'), await others.issue('shop')]
  const path = join(temporaryFolder(), 'clients.crt')
  writeFileSync(path, clients.certificate)
  const { service, url } = await startWithTls(authority, { TLS_CLIENT_CA_FILE: path })

  expect((await ask(url, { authority, client })).status).toBe(200)
  await expect(ask(url, { authority })).rejects.toThrow()
  await expect(ask(url, { authority, client: other })).rejects.toThrow()

  writeFileSync(path, others.certificate)
  await hangUp(service, /"name":"tls","renewal":"renewed"/)
  expect((await ask(url, { authority, client: other })).status).toBe(200)
  await expect(ask(url, { authority, client })).rejects.toThrow()
})
