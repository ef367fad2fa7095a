import { createHash } from 'node:crypto'
import type { Canaries } from './canaries.ts'
import { formsOf, formsOfCardDigits } from './forms.ts'

/** Some bytes that were left behind, and where. */
export interface Remains {
  readonly where: string
  readonly bytes: Buffer
  /** What belongs there, or cannot be told from what does. */
  readonly except?: readonly Kind[]
}

type Kind = 'store token' | 'CVV' | 'digest'

/** Names every canary that is in there, with its form and its surroundings. Nothing is the answer that is hoped for. */
export function search(
  { where, bytes, except = [] }: Remains,
  canaries: Canaries,
  cards: readonly string[],
): string[] {
  const wanted: [string, Record<string, Buffer>][] = [
    ['card number', formsOfCardDigits(canaries.cardDigits)],
    ['PAT', formsOf(canaries.patMarks.signature)],
    ['claim of a PAT', formsOf(canaries.patMarks.jti)],
  ]
  if (!except.includes('CVV')) wanted.push(['CVV', contextsOf(canaries.cvvs)])
  if (!except.includes('store token')) wanted.push(['store token', formsOf(canaries.storeToken)])
  const found = wanted.flatMap(([what, forms]) =>
    Object.entries(forms).flatMap(([form, pattern]) => {
      const at = bytes.indexOf(pattern)
      return at < 0 ? [] : [`${where}: ${what}, ${form}: ${around(bytes, at)}`]
    }),
  )
  return except.includes('digest') ? found : [...found, ...digestsIn(where, bytes, cards)]
}

/**
 * Three digits are found everywhere. A CVV is one where its name stands before it, or where it is by itself all of a
 * string: in JSON, in a row, and so also among the strings of a heap snapshot.
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

/** An unkeyed digest of a card number leads back to it: there are few enough of them to try. */
function digestsIn(where: string, bytes: Buffer, cards: readonly string[]): string[] {
  const digests = new Set(
    cards.flatMap((card) =>
      ['sha256', 'sha1', 'md5'].flatMap((algorithm) => [
        createHash(algorithm).update(card).digest('hex'),
        createHash(algorithm).update(card).digest('base64').replaceAll('=', ''),
      ]),
    ),
  )
  const words =
    bytes.toString('latin1').match(/[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[A-Za-z0-9+/]{22,43}/g) ?? []
  return words.filter((word) => digests.has(word)).map((word) => `${where}: digest of a card number: ${word}`)
}

const around = (bytes: Buffer, at: number) =>
  JSON.stringify(bytes.subarray(Math.max(0, at - 80), at + 120).toString('latin1'))
