import { Agent, request } from 'undici'
import type { FetchKeys } from './published-keys.ts'

/** A caller waits for this, and the keys are usually known already. */
const readTimeoutMs = 3_000
/** A set of a hundred large RSA keys; an answer that is larger is no key set. */
const answerBytesMax = 128 * 1024

/** Reads a key set over HTTP, from this address alone: a redirect is not followed, since it is not what was configured. */
export function createFetchKeys(url: string): FetchKeys {
  // Read every ten minutes: no connection is worth keeping.
  const dispatcher = new Agent({ pipelining: 0, maxResponseSize: answerBytesMax })

  return async function fetchKeys() {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(readTimeoutMs),
    })
    if (statusCode !== 200) {
      await body.dump()
      throw new Error('the issuer did not answer with its keys')
    }
    return body.json()
  }
}
