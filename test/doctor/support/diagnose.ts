import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../../sandbox/options.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/start-sandbox.ts'
import { type ExamineOptions, examine } from '../../../src/commands/doctor/examine.ts'
import type { Finding } from '../../../src/commands/doctor/finding.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { serviceEnvironment } from '../../support/service-environment.ts'

export interface Patient {
  readonly sandbox: Sandbox
  readonly environment: Record<string, string>
}

/** A store, and a configuration for it in which nothing is wrong. */
export async function startPatient(options: SandboxOptions = {}): Promise<Patient> {
  const sandbox = await startSandbox(options)
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-'))
  onTestFinished(async () => {
    await sandbox.close()
    rmSync(folder, { recursive: true })
  })
  const environment = serviceEnvironment(sandbox, `sqlite:${join(folder, 'tillgate.db')}`)
  return { sandbox, environment }
}

/** Everything that is found, with some variables changed. */
export async function diagnose(
  { environment }: Patient,
  changes: Record<string, string> = {},
  options: Partial<ExamineOptions> = {},
): Promise<Finding[]> {
  const findings: Finding[] = []
  const config = loadConfig({ ...environment, ...changes })
  for await (const finding of examine(config, {
    orderId: null,
    publicUrl: null,
    callerToken: null,
    ...options,
  }))
    findings.push(finding)
  return findings
}

/** `check: status` of each finding, for those checks that begin so. */
export const statusesOf = (findings: readonly Finding[], check: string) =>
  findings.filter((finding) => finding.check.startsWith(check)).map((each) => `${each.check}: ${each.status}`)
