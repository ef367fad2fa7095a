import type { SecureContextOptions, TlsOptions } from 'node:tls'
import type { TlsMaterial } from './config/tls.ts'

/** A handshake is a few packets; whoever needs longer wants to hold a connection. */
const handshakeTimeoutMs = 10_000

/** What may be replaced while the listener is open. PCI DSS 4.2.1: nothing older than TLS 1.2. */
export const secureContextOf = (material: TlsMaterial): SecureContextOptions => ({
  cert: material.certificate,
  key: material.privateKey,
  ...(material.clientAuthority === null ? {} : { ca: material.clientAuthority }),
  minVersion: 'TLSv1.2',
})

/** The listener's own options: with an authority for clients, none gets in without a certificate of its making. */
export const tlsOptionsOf = (material: TlsMaterial): TlsOptions => ({
  ...secureContextOf(material),
  requestCert: material.clientAuthority !== null,
  rejectUnauthorized: true,
  handshakeTimeout: handshakeTimeoutMs,
})
