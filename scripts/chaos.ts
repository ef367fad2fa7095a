import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { withBar } from '../test/chaos/bar.ts'
import { troubleTable, unknownTable, withFigures } from '../test/chaos/report.ts'
import { runChaos } from '../test/chaos/run-chaos.ts'
import { newRunFolder } from '../test/chaos/run-folder.ts'
import { commandOf, type RunOptions, readOptions, usage } from '../test/chaos/run-options.ts'

const reportPath = 'docs/reliability.md'

const options = optionsOrExit()
console.log(
  `Seed ${options.seed}. The same seed makes the same shoppers, faults and kills; see ${reportPath}.`,
)
const say = (line: string) =>
  process.stdout.isTTY ? process.stdout.write(withBar(line, options.seconds)) : console.log(line)
const result = await runChaos(options, say)
if (process.stdout.isTTY) process.stdout.write('\n')
const parts = [...result.storms, ...result.troubles, ...result.killPoints]
const violations = parts.flatMap((part) => part.violations)
for (const { name, violations: own, stories } of parts) {
  console.log(`${name}: ${own.length} violations`)
  for (const story of stories) console.log(`\n${story}\n`)
}
const troubles = [...result.storms, ...result.troubles]
if (troubles.some((each) => each.troubles.length > 0)) console.log(`\n${troubleTable(troubles)}\n`)
if (result.storms.length > 0) console.log(`${unknownTable(result.storms)}\n`)
const savedAt = `${newRunFolder()}/result.json`
writeFileSync(savedAt, JSON.stringify({ options, ...result }, null, 2))
console.log(`Everything that was counted: ${savedAt}`)
if (options.report) {
  const about = { command: commandOf(options), commit: commitOf(), at: new Date() }
  writeFileSync(reportPath, withFigures(readFileSync(reportPath, 'utf8'), result, about))
}
process.exit(violations.length === 0 ? 0 : 1)

function optionsOrExit(): RunOptions {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}

/** The commit that ran, and whether files had changed since. */
function commitOf(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  try {
    const isDirty = git('status', '--porcelain', 'src', 'sandbox', 'migrations', 'test/chaos') !== ''
    return `${git('rev-parse', 'HEAD')}${isDirty ? ' with uncommitted changes' : ''}`
  } catch {
    return 'unknown'
  }
}
