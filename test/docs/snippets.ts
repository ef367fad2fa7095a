import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Snippet {
  readonly language: string
  /** Where the page says that it belongs; empty when it does not say. */
  readonly file: string
  readonly text: string
}

const fence = /^```(\w+)(?: file=(\S+))?\n(.*?)^```$/gms

/** The pieces of code on a page of the documentation. */
export const snippetsOf = (path: string): Snippet[] =>
  [...readFileSync(path, 'utf8').matchAll(fence)].map(([, language = '', file = '', text = '']) => ({
    language,
    file,
    text,
  }))

/** Puts those that name their file where they belong. */
export function writeSnippets(snippets: readonly Snippet[], folder: string): void {
  for (const { file, text } of snippets.filter((snippet) => snippet.file !== '')) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}
