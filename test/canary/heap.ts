import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Canaries } from './canaries.ts'
import type { Remains } from './search.ts'
import type { WatchedService } from './service.ts'

/** The store token must be in memory: it is sent with each call. */
export async function snapshotOf(service: WatchedService, folder: string): Promise<Remains[]> {
  const path = join(folder, 'heap')
  await service.do({ errand: 'snapshot', path })
  const bytes = readFileSync(path)
  return [
    // Whole, with the names of all properties, among which three digits may be the number of a slot.
    { where: 'snapshot', bytes, except: ['store token', 'CVV', 'digest'] },
    { where: 'strings', bytes: stringsOf(JSON.parse(bytes.toString('utf8'))), except: ['store token'] },
  ]
}

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } }
  readonly nodes: number[]
  readonly strings: string[]
}

/** Each string that is a value in memory, in quotation marks. */
function stringsOf({ snapshot, nodes, strings }: Snapshot): Buffer {
  const { node_fields: fields, node_types: types } = snapshot.meta
  const isString = new Set(
    types[0].flatMap((type, index) => (/string|number|bigint|symbol/.test(type) ? [index] : [])),
  )
  const found = new Set<string>()
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (isString.has(nodes[at] ?? -1)) found.add(strings[nodes[at + fields.indexOf('name')] ?? -1] ?? '')
  }
  return Buffer.from(JSON.stringify([...found]))
}

/** Three numbers of three digits that are no string in memory before a card has been seen, and no HTTP status. */
export function unusedIn(heap: readonly Remains[]): Canaries['cvvs'] {
  const strings = heap.at(-1)?.bytes ?? Buffer.alloc(0)
  const all = Array.from({ length: 400 }, (_, index) => String(600 + index))
  return all
    .filter((cvv) => !strings.includes(`"${cvv}"`))
    .sort(() => Math.random() - 0.5)
    .slice(0, 3)
}
