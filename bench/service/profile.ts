import { join } from 'node:path'
import { inSources } from '../../src/logging/source-lines.ts'
import { freePort } from '../../test/support/free-port.ts'
import { paying } from './callers.ts'
import { connectInspector } from './inspector.ts'
import { LISTING_CASES, listingRequests } from './listing.ts'
import { closedLoop, inTurn } from './load.ts'
import { orderToPay } from './paying.ts'
import { root, type Surroundings, startTarget } from './targets.ts'

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
  readonly columnNumber: number
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly children?: readonly number[]
    readonly callFrame: CallFrame
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Share of the busy time by function, greatest first. */
export type Profile = readonly (readonly [string, number])[]

/** For the JIT: what a profile of the first seconds shows is the start. */
const warmUpSeconds = 3
const connections = 32

/** What is profiled: listing the first case of the bench, or paying. */
export const PROFILED = ['listing', 'paying'] as const

/** Where the CPU goes while the service does one thing as fast as it can, once warm. */
export async function profile(
  surroundings: Surroundings,
  operation: (typeof PROFILED)[number],
  seconds: number,
): Promise<Profile> {
  const port = await freePort()
  const target = await startTarget('tillgate', surroundings, {
    databaseUrl: `sqlite:${join(surroundings.folder, `profile-${operation}.db`)}`,
    inspectPort: port,
  })
  const [firstCase] = LISTING_CASES
  const next =
    operation === 'listing' && firstCase
      ? inTurn(listingRequests('tillgate', firstCase))
      : () => paying(orderToPay())
  const load = (forSeconds: number) => closedLoop({ url: target.url, next, connections, seconds: forSeconds })
  try {
    await load(warmUpSeconds)
    const inspector = await connectInspector(port)
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.start')
    await load(seconds)
    const { profile: recorded } = (await inspector.post('Profiler.stop')) as { profile: CpuProfile }
    inspector.close()
    return summaryOf(recorded)
  } finally {
    await target.stop()
  }
}

function summaryOf({ nodes, samples, timeDeltas }: CpuProfile): Profile {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]))
  const callers = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  /** Native functions of Node have no file: their time counts for the caller. */
  function callerOf(id: number): CallFrame | undefined {
    const caller = callers.get(id)
    const frame = caller === undefined ? undefined : byId.get(caller)
    return frame && frame.url === '' && caller !== undefined ? callerOf(caller) : frame
  }
  const functions = new Map<string, number>()
  let busy = 0
  samples.forEach((id, index) => {
    const frame = byId.get(id)
    if (!frame || notWork.has(frame.functionName) || frame.url === 'node:inspector') return
    const spent = timeDeltas[index] ?? 0
    busy += spent
    const placed = frame.url === '' ? callerOf(id) : frame
    const via = placed && placed !== frame && placed.url !== '' ? ` < ${nameOf(placed)}` : ''
    const name = `${frame.url === '' ? frame.functionName : nameOf(frame)}${via}`
    functions.set(name, (functions.get(name) ?? 0) + spent)
  })
  return [...functions]
    .map(([name, spent]) => [name, spent / busy] as const)
    .sort(([, one], [, other]) => other - one)
    .slice(0, shownFunctions)
}

const shownFunctions = 20
const notWork = new Set(['(idle)', '(program)', '(root)'])

function nameOf({ functionName, url, lineNumber, columnNumber }: CallFrame): string {
  const name = functionName || 'anonymous'
  if (url.startsWith('node:')) return `${name} ${url}`
  const [, file] = /packages-/.test(url)
    ? []
    : (/(src\/[^:]+):/.exec(sourceOf(url, lineNumber, columnNumber)) ?? [])
  return `${name} ${file ?? 'of a package'}`
}

const sourceOf = (url: string, line: number, column: number) =>
  inSources(`    at (${url}:${line + 1}:${column + 1})`, join(root, 'dist'))
