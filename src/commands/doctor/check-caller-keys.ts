import { z } from 'zod'
import { asymmetricAlgorithms } from '../../clients/identity/caller-tokens.ts'
import type { FetchKeys } from '../../clients/identity/published-keys.ts'
import { canVerify, isUsableKey } from '../../clients/identity/usable-keys.ts'
import type { AuthKey } from '../../config/auth-key.ts'
import { type Finding, findingsOf } from './finding.ts'
import { nameOf } from './within.ts'

const KeySet = z.looseObject({
  keys: z.array(
    z.looseObject({
      kty: z.string(),
      kid: z.string().optional(),
      use: z.string().optional(),
      alg: z.string().optional(),
    }),
  ),
})
type Jwk = z.output<typeof KeySet>['keys'][number]

const { ok, warning, failure } = findingsOf('keys of caller tokens')

/** A secret with fewer different bytes was typed by hand, or copied from an example. */
const distinctBytesMin = 10

/** Whether caller tokens can be verified. */
export async function checkCallerKeys(key: AuthKey, fetchKeys: FetchKeys | null): Promise<Finding[]> {
  switch (key.kind) {
    case 'secret':
      return [secretFinding(key.secret)]
    case 'public':
      return [
        canVerify(key.key)
          ? ok('The key in AUTH_PUBLIC_KEY_FILE can verify tokens.')
          : failure(
              'The key in AUTH_PUBLIC_KEY_FILE fits none of the allowed algorithms.',
              'Use RSA of 2048 bits or more, EC (P-256, P-384, P-521) or Ed25519.',
            ),
      ]
    case 'set':
      return publishedFindings(fetchKeys ?? (() => Promise.reject(new Error('no way to fetch'))))
    default:
      return key satisfies never
  }
}

const secretFinding = (secret: string): Finding =>
  new Set(Buffer.from(secret)).size < distinctBytesMin
    ? warning(
        'AUTH_HMAC_SECRET is long enough, but repeats a few characters.',
        'Make a random one: openssl rand -base64 32',
      )
    : ok('AUTH_HMAC_SECRET is 32 bytes or more.')

async function publishedFindings(fetchKeys: FetchKeys): Promise<Finding[]> {
  let answer: unknown
  try {
    answer = await fetchKeys()
  } catch (error) {
    return [
      failure(
        `AUTH_JWKS_URL cannot be read (${nameOf(error)}). Every caller would get 503.`,
        'Try the address from this machine. It must answer 200 with a JSON key set, without a redirect.',
      ),
    ]
  }
  const read = KeySet.safeParse(answer)
  if (!read.success) {
    return [failure('AUTH_JWKS_URL does not answer with a key set.', 'It must be {"keys": […]} (RFC 7517).')]
  }
  return keyFindings(read.data.keys)
}

function keyFindings(keys: readonly Jwk[]): Finding[] {
  const usable = keys.filter(isUsableKey)
  const findings: Finding[] = []
  if (keys.some(({ kty }) => kty === 'oct')) {
    findings.push(
      failure(
        'AUTH_JWKS_URL publishes a shared secret.',
        'Anyone who reads it can mint tokens. Replace that key now.',
      ),
    )
  }
  if (usable.length === 0) {
    const says = `None of the ${keys.length} published keys can verify tokens here.`
    return [...findings, failure(says, `Publish one for ${asymmetricAlgorithms.join(', ')}.`)]
  }
  return [...findings, ok(`AUTH_JWKS_URL publishes ${keys.length} keys; ${usable.length} can verify tokens.`)]
}
