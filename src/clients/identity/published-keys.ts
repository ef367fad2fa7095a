import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { Agent, request } from 'undici'
import type { Clock } from '../../domain/clock.ts'
import { buildTolerantConnector, HEADER_BYTES_MAX, jsonIn } from '../odd-answers.ts'

/** Reads the issuer's key set. @throws Error when the issuer does not give it. */
export type FetchKeys = () => Promise<unknown>

export interface PublishedKeys {
  /** Finds the key of a token. Several that fit are an error of jose's that brings them all. */
  readonly getKey: JWTVerifyGetKey
  /** Reads the set again, unless that was done a moment ago. @returns whether there is a newer one. */
  readonly readAgain: () => Promise<boolean>
}

export interface PublishedKeysOptions {
  readonly fetchKeys: FetchKeys
  readonly now: Clock
}

/** After this the set is read again, so that a withdrawn key stops working soon. */
const freshMs = 10 * 60_000
/** While the issuer cannot be reached, its last keys are used for a day: its outage must not stop every payment here. */
const servedMsMax = 24 * 60 * 60_000
/** An issuer that is well answers sooner. */
const patienceMs = 250
/** A token may claim any `kid`. Unknown ones cause at most one read in this time. */
const cooldownMs = 30_000
/** The same after a failed read: soon enough after one lost packet, seldom enough for an issuer in trouble. */
const cooldownAfterFailureMs = 5_000

/**
 * The keys that an issuer publishes (JWKS), looked up by a token's `kid`. Only the configured address is ever read,
 * whatever `jku`, `x5u` or `jwk` a token's header brings.
 */
export function createPublishedKeys({ fetchKeys, now }: PublishedKeysOptions): PublishedKeys {
  let known: { readonly lookUp: JWTVerifyGetKey; readonly readAtMs: number } | null = null
  let failure: Error | null = null
  let triedAtMs = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | null = null
  let isSlow = false

  /** Never rejects; `failure` says what went wrong. */
  function readAgain(): Promise<void> {
    if (reading) return reading
    if (now() - triedAtMs < (failure ? cooldownAfterFailureMs : cooldownMs)) return Promise.resolve()
    triedAtMs = now()
    reading = fetchKeys()
      .then((keys) => {
        known = { lookUp: lookUpIn(keys as JSONWebKeySet), readAtMs: now() }
        failure = null
      })
      .catch((cause: unknown) => {
        failure = new Error('the published keys could not be read', { cause })
      })
      .finally(() => {
        reading = null
        isSlow = false
      })
    return reading
  }

  /**
   * Reads the keys again, and waits no longer than a good issuer takes. For an issuer that is slow or fails we wait once; after that its
   * keys are read in the background, so that callers whose key is known do not wait again and again.
   */
  async function newest(): Promise<void> {
    const reread = readAgain()
    if (failure || isSlow) return
    const isRead = await Promise.race([reread.then(() => true), sleep(patienceMs, false, { ref: false })])
    isSlow = !isRead && reading !== null
  }

  function usable(): JWTVerifyGetKey {
    if (known && now() - known.readAtMs < servedMsMax) return known.lookUp
    throw failure ?? new Error('the published keys have not been read')
  }

  const getKey: JWTVerifyGetKey = async (header, token) => {
    const ageMs = known ? now() - known.readAtMs : Number.POSITIVE_INFINITY
    if (ageMs >= servedMsMax) await readAgain()
    else if (ageMs >= freshMs) await newest()
    try {
      return await usable()(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await readAgain()
      // Without the newest set we cannot say that the token proves nothing.
      if (failure) throw failure
      return usable()(header, token)
    }
  }

  return {
    getKey,
    async readAgain() {
      const before = known
      await readAgain()
      return known !== before
    },
  }
}

/** Looks keys up by the token's `kid`. Keys that have none fit every token. */
function lookUpIn(set: JSONWebKeySet): JWTVerifyGetKey {
  const meant = asMeant(set)
  const byKid = createLocalJWKSet(meant)
  const withoutKid = createLocalJWKSet({ keys: meant.keys.filter(({ kid }) => kid === undefined) })
  return async (header, token) => {
    const { kid, ...rest } = header
    const hasKid = !isEmpty(kid)
    try {
      return await byKid(hasKid ? header : rest, token)
    } catch (error) {
      if (!hasKid || !(error instanceof errors.JWKSNoMatchingKey)) throw error
      return withoutKid(rest, token)
    }
  }
}

/**
 * Ed25519 has two names, EdDSA and its own (RFC 9864). The curve of the key says it all, so both are taken. An entry that is no key is
 * passed over (RFC 7517 §5): the others serve. Some issuers write null, or nothing, for a member that they leave empty.
 */
function asMeant(set: JSONWebKeySet): JSONWebKeySet {
  if (!Array.isArray(set?.keys)) return set
  const keys = set.keys.filter(
    (key: unknown) => typeof key === 'object' && key !== null && !Array.isArray(key),
  )
  // A list of other things is no key set.
  if (keys.length === 0) return set
  return {
    keys: keys.map((key) => {
      const isMeant = ([name, value]: [string, unknown]) =>
        !isEmpty(value) && !(name === 'alg' && key.crv === 'Ed25519')
      return Object.fromEntries(Object.entries(key).filter(isMeant)) as typeof key
    }),
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** A caller waits for this, and the keys are usually known already. */
const readTimeoutMs = 3_000
/** A set of a hundred large RSA keys with their certificates; an answer that is larger is no key set. */
const answerBytesMax = 512 * 1024

/** Reads a key set over HTTP, from this address alone. A redirect is not followed, since no one configured its target. */
export function createFetchKeys(url: string): FetchKeys {
  // The keys are read every ten minutes, so no connection is worth keeping.
  const dispatcher = new Agent({
    pipelining: 0,
    allowH2: false,
    connect: buildTolerantConnector(readTimeoutMs),
    maxHeaderSize: HEADER_BYTES_MAX,
    maxResponseSize: answerBytesMax,
  })

  return async function fetchKeys() {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(readTimeoutMs),
    })
    // Proxies in front of an issuer are as odd as those in front of BigCommerce.
    const json = jsonIn(Buffer.from(await body.arrayBuffer()), headers['content-encoding'])
    if (statusCode < 200 || statusCode > 299 || json === undefined)
      throw new Error('the issuer did not answer with its keys')
    return json
  }
}
