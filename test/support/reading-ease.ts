/**
 * How easy the prose of a Markdown page is to read: Flesch's reading ease, 206.835 − 1.015 × words per sentence
 * − 84.6 × syllables per word (Rudolf Flesch, "A New Readability Yardstick", Journal of Applied Psychology 32, 1948).
 */
export function readingEaseOf(markdown: string): number {
  const sentences = proseOf(markdown)
    .split(/(?<=[.!?])["')\]]*\s+|\n+/)
    .map(wordsOf)
    .filter((words) => words.length > 0)
  const words = sentences.flat()
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0)
  return 206.835 - 1.015 * (words.length / sentences.length) - 84.6 * (syllables / words.length)
}

/** The page without code, tables, headings, pictures, comments and addresses; one line for a paragraph or point of a list. */
function proseOf(markdown: string): string {
  return markdown
    .replace(/^( *)```.*?^\1```$/gms, '\n')
    .replace(/<!--.*?-->/gs, ' ')
    .replace(/^ *(\||#).*$/gm, '\n')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/`/g, '')
    .replace(/^ *(?:[-*>]|\d+\.) +/gm, '\n')
    .split(/\n\s*\n|\n(?=\n)/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
    .join('\n')
}

const wordsOf = (sentence: string): string[] => sentence.match(/[a-z]+(?:['’][a-z]+)?/gi) ?? []

/** Groups of vowels, less those that are not spoken. It is out by one for a few words, either way. */
function syllablesOf(word: string): number {
  const spoken = word
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/(?:[^laeiouy]es|[^dt]ed|[^laeiouy]e)$/, '')
    .replace(/^y/, '')
  return Math.max(1, spoken.match(/[aeiouy]{1,2}/g)?.length ?? 0)
}
