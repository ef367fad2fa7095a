import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { SECRETS } from '../../src/config/variables.ts'
import { reveal, Sealed } from '../../src/domain/sealed.ts'
import { createAuthority, writeCertified } from '../../tools/certificates.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const required = {
  BIGCOMMERCE_STORE_HASH: 'abc123',
  BIGCOMMERCE_ACCESS_TOKEN: 'store-token',
  AUTH_ISSUER: 'https://shop.example',
  AUTH_AUDIENCE: 'tillgate',
  AUTH_HMAC_SECRET: 'an HMAC secret of 32 bytes or more',
}
const values: Record<string, string> = {
  AUTH_HMAC_SECRET: required.AUTH_HMAC_SECRET,
  DATABASE_URL: 'sqlite:./data/other.db',
  EVENTS_SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
}

function fileOf(content: string, mode = 0o600): string {
  const path = join(temporaryFolder(), 'secret')
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}
const tokenFrom = (path: string) =>
  loadConfig({ ...required, BIGCOMMERCE_ACCESS_TOKEN: '', BIGCOMMERCE_ACCESS_TOKEN_FILE: path })

/** As if the process ran as another user than the owner of the files. */
const asAnotherUser = (path: string) => vi.spyOn(process, 'getuid').mockReturnValue(statSync(path).uid + 1)

test.each(SECRETS)(
  'the mode of the file of %s is told if every user can read it, its content never is',
  (name) => {
    const path = fileOf(values[name] ?? 'a-secret-value', 0o644)
    const { looseFiles } = loadConfig({
      ...required,
      ...(name.includes('CLIENT_SECRET') ? { BIGCOMMERCE_CLIENT_ID: 'client-id' } : {}),
      ...(name === 'EVENTS_SECRET' ? { EVENTS_URL: 'https://shop.example/events' } : {}),
      [name]: '',
      [`${name}_FILE`]: path,
    })
    expect(looseFiles).toEqual([{ variable: `${name}_FILE`, mode: '0644' }])
  },
)

test.each([
  [0o600, null],
  [0o400, null],
  [0o440, '0440'],
  [0o640, '0640'],
  [0o604, '0604'],
  [0o666, '0666'],
])('a file of our own with mode %o is said to be loose as %s', (mode, said) => {
  expect(tokenFrom(fileOf('store-token', mode)).looseFiles.map((file) => file.mode)).toEqual(
    said ? [said] : [],
  )
})

test.each([
  [0o440, null],
  [0o640, null],
  [0o660, '0660'],
  [0o444, '0444'],
])(
  "a file of another owner's, as orchestrators give them to our group, with mode %o is said to be loose as %s",
  (mode, said) => {
    const path = fileOf('store-token', mode)
    asAnotherUser(path)
    const { looseFiles } = tokenFrom(path)
    vi.restoreAllMocks()
    expect(looseFiles.map((file) => file.mode)).toEqual(said ? [said] : [])
  },
)

test('the private key of the certificate is looked at too', async () => {
  const files = writeCertified(temporaryFolder(), await createAuthority())
  expect(loadConfig({ ...required, ...files }).looseFiles).toEqual([])
  chmodSync(files.TLS_KEY_FILE, 0o644)
  expect(loadConfig({ ...required, ...files }).looseFiles).toEqual([
    { variable: 'TLS_KEY_FILE', mode: '0644' },
  ])
})

test('what came from a file is read from it again; what there is unusable now, is nothing', () => {
  const path = fileOf('store-token\n')
  const { renewals, bigcommerce } = tokenFrom(path)
  expect(reveal(bigcommerce.accessToken)).toBe('store-token')
  writeFileSync(path, 'next-token\n')
  expect(reveal(renewals.accessToken?.() ?? new Sealed(''))).toBe('next-token')
  for (const unusable of ['', 'two\nlines', 'with blanks in it']) {
    writeFileSync(path, unusable)
    expect(renewals.accessToken?.(), JSON.stringify(unusable)).toBeNull()
  }
  rmSync(path)
  expect(renewals.accessToken?.()).toBeNull()
})

test('what did not come from a file cannot be read again', () => {
  expect(loadConfig(required).renewals).toEqual({
    accessToken: null,
    publicKey: null,
    eventsSecret: null,
    tls: null,
  })
})

test('a public key is read again, and nothing else in its place', () => {
  const pem = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
  const path = fileOf(String(pem()))
  const { renewals } = loadConfig({ ...required, AUTH_HMAC_SECRET: '', AUTH_PUBLIC_KEY_FILE: path })
  const next = String(pem())
  writeFileSync(path, next)
  expect(renewals.publicKey?.()?.export({ type: 'spki', format: 'pem' })).toBe(next)
  writeFileSync(path, 'no key')
  expect(renewals.publicKey?.()).toBeNull()
})

test('TLS files are refused at the start by name, without what is in them', async () => {
  const authority = await createAuthority()
  const folder = temporaryFolder()
  const files = writeCertified(folder, await authority.issue('tillgate'))
  const foreign = writeCertified(temporaryFolder(), await authority.issue('another'))
  const bad = fileOf('canary')
  const brokenChain = fileOf(
    `${authority.certificate}\n-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n`,
  )
  const authorityKey = fileOf(authority.privateKey)
  const wrong: [string, Record<string, string>][] = [
    ['TLS_CERT_FILE', { TLS_CERT_FILE: files.TLS_CERT_FILE }],
    ['TLS_CERT_FILE', { TLS_KEY_FILE: files.TLS_KEY_FILE }],
    ['TLS_CLIENT_CA_FILE', { TLS_CLIENT_CA_FILE: files.TLS_CERT_FILE }],
    ['TLS_CERT_FILE', { ...files, TLS_CERT_FILE: bad }],
    ['TLS_CERT_FILE', { ...files, TLS_CERT_FILE: '/no-such-canary' }],
    ['TLS_KEY_FILE', { ...files, TLS_KEY_FILE: bad }],
    ['TLS_KEY_FILE', { ...files, TLS_KEY_FILE: foreign.TLS_KEY_FILE }],
    ['TLS_CLIENT_CA_FILE', { ...files, TLS_CLIENT_CA_FILE: bad }],
    ['TLS_CERT_FILE', { TLS_CERT_FILE: brokenChain, TLS_KEY_FILE: authorityKey }],
  ]
  for (const [name, variables] of wrong) {
    const load = () => loadConfig({ ...required, ...variables })
    expect(load, JSON.stringify(variables)).toThrow(new RegExp(`^ {2}- ${name}`, 'm'))
    expect(load).not.toThrow(/canary|PRIVATE/)
  }
  expect(loadConfig({ ...required, ...files }).tls).toMatchObject({ clientAuthority: null })
})
