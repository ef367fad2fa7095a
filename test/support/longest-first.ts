import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { PROJECTS } from '../projects.ts'

/** Half a minute and more each, the longest first, those that wait between those that compute. */
const longest = [
  'chaos/chaos',
  'process/fleet-allowance',
  'examples/nextjs',
  'routes/pay-order/card-testing',
  'canary/postgres',
  'fuzz/upstream-answers',
  'simulation/simulation',
  'canary/sqlite',
  'process/payments',
  'routes/pay-order/velocity',
]

/**
 * What takes longest starts first, so that no worker waits at the end for a single file. Without results of an earlier run
 * vitest goes by the length of a file, which says nothing of how long it takes.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((one, other) => rank(one) - rank(other))
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const index = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  const names: string[] = Object.keys(PROJECTS)
  return index >= 0 ? index : longest.length + names.indexOf(project.name)
}
