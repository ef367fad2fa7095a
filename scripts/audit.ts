import { spawnSync } from 'node:child_process'
import { ACCEPTED_ADVISORIES } from './accepted-advisories.ts'
import { judgeAudit } from './judge-audit.ts'

/** Asks the registry for known vulnerabilities of the packages in the image. */
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' })
const { lines, exitCode } = judgeAudit(stdout, ACCEPTED_ADVISORIES)
for (const line of lines) console.log(line)
process.exitCode = exitCode
