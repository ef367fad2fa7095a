import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate, type SelfsignedOptions } from 'selfsigned'

const hourMs = 3_600_000

/** A certificate and its key, in PEM form. */
export interface Certified {
  readonly certificate: string
  readonly privateKey: string
}

export interface Authority extends Certified {
  /** Signs a certificate of that name for this machine. */
  issue(name: string): Promise<Certified>
}

/** A new authority for each test, so no key is ever committed. */
export async function createAuthority(name = 'Test authority'): Promise<Authority> {
  const own = await certify(name, {
    extensions: [{ name: 'basicConstraints', cA: true, pathLenConstraint: 1, critical: true }],
  })
  return {
    ...own,
    issue: (subject) =>
      certify(subject, {
        ca: { key: own.privateKey, cert: own.certificate },
        extensions: [
          {
            name: 'subjectAltName',
            altNames: [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
            ],
          },
        ],
      }),
  }
}

async function certify(name: string, options: SelfsignedOptions): Promise<Certified> {
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - hourMs),
    notAfterDate: new Date(Date.now() + hourMs),
    ...options,
  })
  return { certificate: cert, privateKey }
}

/** Writes both into a folder. @returns the variables that point a service to them. */
export function writeCertified(folder: string, { certificate, privateKey }: Certified) {
  const TLS_CERT_FILE = join(folder, 'tls.crt')
  const TLS_KEY_FILE = join(folder, 'tls.key')
  writeFileSync(TLS_CERT_FILE, certificate)
  writeFileSync(TLS_KEY_FILE, privateKey, { mode: 0o600 })
  return { TLS_CERT_FILE, TLS_KEY_FILE }
}
