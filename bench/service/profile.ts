import { closedLoop } from './load.ts'
import { type Operation, startTarget, type TargetSurroundings } from './targets.ts'

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly children?: readonly number[]
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
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
/** More than can be paid in a second. */
const payablePerSecondMax = 1_000

/** Where the CPU goes while the service does one thing as fast as it can, once warm. */
export async function profile(
  surroundings: TargetSurroundings,
  operation: Operation,
  seconds: number,
): Promise<Profile> {
  const target = await startTarget('tillgate', surroundings)
  const load = async (forSeconds: number) => {
    const orderIds = await surroundings.store.makeOrders(payablePerSecondMax * forSeconds)
    return () => closedLoop({ target, operation, orderIds, connections, seconds: forSeconds })
  }
  try {
    await (await load(warmUpSeconds))()
    return summaryOf((await target.profileDuring(await load(seconds))) as CpuProfile)
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
