import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { readText } from './environment.ts'

/** What a TLS listener needs, in PEM form. */
export interface TlsMaterial {
  /** The certificate, followed by its chain. */
  readonly certificate: string
  readonly privateKey: string
  /** The CA that signs clients' certificates; null where clients need none. */
  readonly clientAuthority: string | null
}

export interface TlsVariables {
  readonly TLS_CERT_FILE?: string | undefined
  readonly TLS_KEY_FILE?: string | undefined
  readonly TLS_CLIENT_CA_FILE?: string | undefined
}

/** Reads the files; null when none is named, a sentence when they cannot be used. No sentence quotes their content. */
export function tlsOf(variables: TlsVariables): TlsMaterial | string | null {
  const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE } = variables
  if (!TLS_CERT_FILE && !TLS_KEY_FILE) {
    return TLS_CLIENT_CA_FILE ? 'TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE beside it.' : null
  }
  if (!TLS_CERT_FILE || !TLS_KEY_FILE)
    return 'TLS_CERT_FILE and TLS_KEY_FILE go together: set both or neither.'
  const certificate = certificateOf(TLS_CERT_FILE)
  if (!certificate) return 'TLS_CERT_FILE must name a readable file with a certificate in PEM form.'
  const privateKey = readText(TLS_KEY_FILE)
  if (privateKey === null || !isPrivateKey(privateKey)) {
    return 'TLS_KEY_FILE must name a readable file with a private key in PEM form, without a passphrase.'
  }
  if (!certificate.parsed.checkPrivateKey(createPrivateKey(privateKey))) {
    return 'TLS_KEY_FILE must be the key of the certificate in TLS_CERT_FILE.'
  }
  const authority = TLS_CLIENT_CA_FILE ? certificateOf(TLS_CLIENT_CA_FILE) : null
  if (TLS_CLIENT_CA_FILE && !authority) {
    return 'TLS_CLIENT_CA_FILE must name a readable file with a certificate in PEM form.'
  }
  if (!isUsable(certificate.pem, privateKey, authority?.pem)) {
    return 'TLS_CERT_FILE, TLS_KEY_FILE or TLS_CLIENT_CA_FILE cannot be used for TLS: the chain is broken or the key too weak.'
  }
  return { certificate: certificate.pem, privateKey, clientAuthority: authority?.pem ?? null }
}

/** OpenSSL decides: it reads the whole chain and refuses weak keys. */
function isUsable(cert: string, key: string, ca: string | undefined): boolean {
  try {
    createSecureContext({ cert, key, ...(ca === undefined ? {} : { ca }) })
    return true
  } catch {
    return false
  }
}

function certificateOf(path: string): { pem: string; parsed: X509Certificate } | null {
  const pem = readText(path)
  try {
    return pem === null ? null : { pem, parsed: new X509Certificate(pem) }
  } catch {
    return null
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === 'private'
  } catch {
    return false
  }
}
