import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { PROJECTS } from '../projects.ts'

/** Twenty seconds and more each. The storm comes first, beside those that wait; then those that compute, between others. */
const longest = [
  'chaos/chaos',
  'fuzz/upstream-answers',
  'routes/pay-order/velocity',
  'docs/sqlite-to-postgres',
  'examples/nextjs',
  'canary/postgres',
  'simulation/simulation',
  'canary/sqlite',
  'demo/shoppers.browser',
  'docs/docs-page.browser',
  'docs/restore',
  'chaos/parallel',
  'process/full-allowance',
  'stores/migrations',
  'routes/pay-order/card-testing',
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
