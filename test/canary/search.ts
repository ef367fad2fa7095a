import { createHash } from 'node:crypto'
import type { Canaries } from './canaries.ts'
import { formsOf, formsOfCardDigits } from './forms.ts'

/** Bytes that were left behind, and where. */
export interface Remains {
  readonly where: string
  readonly bytes: Buffer
  /** What belongs there, or looks the same. */
  readonly except?: readonly Kind[]
}

type Kind = 'store token' | 'CVV' | 'digest'

/** Tells every canary found, with its form and surroundings, as far as it is asked on. There should be none. */
export type Search = (remains: Remains) => Iterable<string>

/** @param cards every number that was sent, for their digests. */
export function createSearch(canaries: Canaries, cards: readonly string[]): Search {
  const wanted: { what: string; kind?: Kind; forms: Record<string, Buffer> }[] = [
    { what: 'card number', forms: formsOfCardDigits(canaries.cardDigits) },
    { what: 'PAT', forms: formsOf(canaries.patMarks.signature) },
    { what: 'claim of a PAT', forms: formsOf(canaries.patMarks.jti) },
    { what: 'CVV', kind: 'CVV', forms: contextsOf(canaries.cvvs) },
    { what: 'store token', kind: 'store token', forms: formsOf(canaries.storeToken) },
  ]
  const digests = digestsOf(cards)

  return function* ({ where, bytes, except = [] }) {
    for (const { what, kind, forms } of wanted) {
      if (kind !== undefined && except.includes(kind)) continue
      for (const [form, pattern] of Object.entries(forms)) {
        const at = bytes.indexOf(pattern)
        if (at >= 0) yield `${where}: ${what}, ${form}: ${around(bytes, at)}`
      }
    }
    if (except.includes('digest')) return
    for (const word of wordsOf(bytes))
      if (digests.has(word)) yield `${where}: digest of a card number: ${word}`
  }
}

/**
 * Three digits occur everywhere. They count as a CVV only after its name, or as a whole string: in JSON, in a row, or
 * among the strings of a heap snapshot.
 */
const contextsOf = (cvvs: readonly string[]): Record<string, Buffer> =>
  Object.fromEntries(
    cvvs.flatMap((cvv) =>
      [
        `"${cvv}"`,
        `'${cvv}'`,
        `\\"${cvv}\\"`,
        `verification_value=${cvv}`,
        `verification_value:${cvv}`,
        `%22${cvv}%22`,
        `verification_value\\":${cvv}`,
        `verification_value":${cvv}`,
      ].map((context) => [context, Buffer.from(context)] as const),
    ),
  )

/** An unkeyed digest of a card number can be reversed by trying all numbers. */
const digestsOf = (cards: readonly string[]): ReadonlySet<string> =>
  new Set(
    cards.flatMap((card) =>
      ['sha256', 'sha1', 'md5'].flatMap((algorithm) => [
        createHash(algorithm).update(card).digest('hex'),
        createHash(algorithm).update(card).digest('base64').replaceAll('=', ''),
      ]),
    ),
  )

/** Anything as long as a digest. */
const wordsOf = (bytes: Buffer): string[] =>
  bytes.toString('latin1').match(/[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[A-Za-z0-9+/]{22,43}/g) ?? []

const around = (bytes: Buffer, at: number) =>
  JSON.stringify(bytes.subarray(Math.max(0, at - 80), at + 120).toString('latin1'))
