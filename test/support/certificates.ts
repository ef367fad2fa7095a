// What @peculiar/x509 is built on wants it first.
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const hourMs = 3_600_000

/** A certificate and its key, in PEM form. */
export interface Certified {
  readonly certificate: string
  readonly privateKey: string
}

export interface Authority extends Certified {
  /** Signs a certificate for this machine, of this name. */
  issue(name: string): Promise<Certified>
}

/** An authority of the moment: no key is ever committed, and none outlives the test. */
export async function createAuthority(name = 'Test authority'): Promise<Authority> {
  const keys = await generateKeys()
  const life = {
    notBefore: new Date(Date.now() - hourMs),
    notAfter: new Date(Date.now() + hourMs),
    signingAlgorithm: algorithm,
  }
  const serialNumber = () => randomBytes(8).toString('hex')
  const own = await X509CertificateGenerator.createSelfSigned({
    ...life,
    keys,
    serialNumber: serialNumber(),
    name: `CN=${name}`,
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  })
  return {
    ...(await inPem(own, keys)),
    async issue(subject) {
      const pair = await generateKeys()
      const certificate = await X509CertificateGenerator.create({
        ...life,
        serialNumber: serialNumber(),
        subject: `CN=${subject}`,
        issuer: own.subject,
        publicKey: pair.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new SubjectAlternativeNameExtension([
            { type: 'dns', value: 'localhost' },
            { type: 'ip', value: '127.0.0.1' },
          ]),
        ],
      })
      return inPem(certificate, pair)
    },
  }
}

type KeyPair = Awaited<ReturnType<typeof generateKeys>>
const generateKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

async function inPem(certificate: X509Certificate, { privateKey }: KeyPair): Promise<Certified> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  return {
    certificate: certificate.toString('pem'),
    privateKey: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
  }
}

/** Writes them where a service reads them. @returns the variables that say so. */
export function writeCertified(folder: string, { certificate, privateKey }: Certified) {
  const TLS_CERT_FILE = join(folder, 'tls.crt')
  const TLS_KEY_FILE = join(folder, 'tls.key')
  writeFileSync(TLS_CERT_FILE, certificate)
  writeFileSync(TLS_KEY_FILE, privateKey, { mode: 0o600 })
  return { TLS_CERT_FILE, TLS_KEY_FILE }
}
