import { type Environment, readEnvironment } from '../src/config/environment.ts'
import type { CallerTokenIssuer } from './mint-caller-token.ts'
import { UsageError } from './token-request.ts'

const secretBytesMin = 32

/** The service's own variables, read by the service's own rules (NAME_FILE, empty means unset). */
export function readTokenIssuer(environment: Environment): CallerTokenIssuer {
  const { given, wrong } = readEnvironment(environment)
  const sentences = wrong.filter((sentence) => sentence.startsWith('AUTH_'))
  const text = (name: string): string => {
    const value = given[name] ?? ''
    if (value === '') sentences.push(`${name} is missing. Set it as for the service, or put it into .env.`)
    return value
  }

  const issuer = text('AUTH_ISSUER')
  const audience = text('AUTH_AUDIENCE')
  if (!given.AUTH_HMAC_SECRET && (given.AUTH_PUBLIC_KEY_FILE || given.AUTH_JWKS_URL)) {
    sentences.push('The service verifies with a public key, so only the holder of the private key can mint.')
    throw new UsageError(sentences.join('\n'))
  }
  const secret = text('AUTH_HMAC_SECRET')
  if (secret !== '' && Buffer.byteLength(secret) < secretBytesMin) {
    sentences.push(`AUTH_HMAC_SECRET must be ${secretBytesMin} bytes or more.`)
  }
  if (sentences.length > 0) throw new UsageError(sentences.join('\n'))
  return { issuer, audience, secret }
}
