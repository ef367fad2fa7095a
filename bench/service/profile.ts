import { join } from 'node:path'
import { freePort } from '../../test/support/free-port.ts'
import { paying } from './callers.ts'
import { connectInspector } from './inspector.ts'
import { LISTING_CASES, listingRequests } from './listing.ts'
import { closedLoop, inTurn } from './load.ts'
import { orderToPay } from './paying.ts'
import { type Surroundings, startTarget } from './targets.ts'

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
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

export interface Profile {
  /** Share of the busy time by package, by file and by function, greatest first. */
  readonly byPackage: readonly (readonly [string, number])[]
  readonly byFunction: readonly (readonly [string, number])[]
}

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
  const packages = new Map<string, number>()
  const functions = new Map<string, number>()
  let busy = 0
  samples.forEach((id, index) => {
    const frame = byId.get(id)
    if (!frame || notWork.has(frame.functionName) || frame.url === 'node:inspector') return
    const spent = timeDeltas[index] ?? 0
    busy += spent
    const placed = frame.url === '' ? callerOf(id) : frame
    const via = placed && placed !== frame && placed.url !== '' ? ` < ${nameOf(placed)}` : ''
    add(packages, placed && placed.url !== '' ? packageOf(placed.url) : frame.functionName, spent)
    add(functions, `${frame.url === '' ? frame.functionName : nameOf(frame)}${via}`, spent)
  })
  return { byPackage: shares(packages, busy, 25), byFunction: shares(functions, busy, 40) }
}

const notWork = new Set(['(idle)', '(program)', '(root)'])
const nameOf = ({ functionName, url, lineNumber }: CallFrame) =>
  `${functionName || 'anonymous'} ${url.replace(/.*\/(node_modules|dist)\//, '')}:${lineNumber + 1}`

const add = (to: Map<string, number>, name: string, spent: number) =>
  to.set(name, (to.get(name) ?? 0) + spent)

const shares = (of: Map<string, number>, whole: number, count: number) =>
  [...of]
    .map(([name, spent]) => [name, spent / whole] as const)
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)

function packageOf(url: string): string {
  const inPackages = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (inPackages) return inPackages
  return url.startsWith('node:')
    ? url.split('/').slice(0, 2).join('/')
    : `tillgate ${/dist\/(\w+)/.exec(url)?.[1] ?? ''}`
}
