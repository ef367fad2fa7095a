import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createAuthority, writeCertified } from '../../tools/certificates.ts'
import { runService } from '../process/service-process.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const hasSslscan = spawnSync('sslscan', ['--version']).status === 0

test('sslscan finds TLS 1.2 and 1.3 only, and in each only ECDHE with AEAD ciphers', async (context) => {
  if (!hasSslscan) return context.skip('sslscan is not installed (Debian: apt-get install sslscan).')
  const authority = await createAuthority()
  const { url } = runService({
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    BIGCOMMERCE_API_URL: 'http://127.0.0.1:1/stores/abc123',
    BIGCOMMERCE_STORE_HASH: 'abc123',
    BIGCOMMERCE_ACCESS_TOKEN: 'store-token',
    ...authEnvironment,
    ...writeCertified(temporaryFolder(), await authority.issue('tillgate-1')),
  })
  const { stdout } = await promisify(execFile)('sslscan', ['--no-colour', new URL(await url).host])
  const protocols = [...stdout.matchAll(/^(SSLv\d|TLSv1\.\d)\s+enabled$/gm)].map(([, name]) => name)
  const ciphers = [...stdout.matchAll(/^(?:Preferred|Accepted)\s+(\S+)\s+\d+ bits\s+(\S+)/gm)].map(
    ([, protocol, cipher]) => `${protocol} ${cipher}`,
  )

  expect(protocols.sort()).toEqual(['TLSv1.2', 'TLSv1.3'])
  expect(ciphers.length).toBeGreaterThan(2)
  expect(ciphers.filter((cipher) => !/^TLSv1\.3 |^TLSv1\.2 ECDHE-\S*(GCM|CHACHA20)/.test(cipher))).toEqual([])
  expect(stdout).not.toMatch(/(?<!not )vulnerable/)
})
