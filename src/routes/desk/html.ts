const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that may stand in a page as it is. Only {@link html} makes it. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

type Insert = Html | readonly Html[] | string | number

/** A piece of a page. Everything that is put in is escaped, unless it is such a piece itself. */
export const html = (pieces: TemplateStringsArray, ...inserts: readonly Insert[]): Html =>
  new Html(pieces.reduce((text, piece, index) => `${text}${escaped(inserts[index - 1] ?? '')}${piece}`))

function escaped(insert: Insert): string {
  if (insert instanceof Html) return insert.toString()
  if (typeof insert === 'object') return insert.join('')
  return String(insert).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
