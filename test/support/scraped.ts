/** What a page of metrics holds: each series' name with its labels, and each label with the values it was seen with. */
export type Scraped = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

/** Reads Prometheus' text format, as far as a page without escapes in its labels goes. */
export function readScrape(page: string): Scraped {
  const series = new Map<string, Map<string, Set<string>>>()
  for (const line of page.split('\n')) {
    const [, name, labels = ''] = /^([a-z_]\w*)(?:\{(.*)\})? \S+$/.exec(line) ?? []
    if (name === undefined) continue
    const known = series.get(name) ?? new Map<string, Set<string>>()
    series.set(name, known)
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(value))
    }
  }
  return series
}
