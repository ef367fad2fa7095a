import { join } from 'node:path'
import { ownPostgres } from '../process/own-postgres.ts'
import { runOn } from '../support/postgres.ts'
import { testMarks } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeIn, runbook, runCommand } from './runbook.ts'

/** A ledger that is backed up and restored with the runbook's own commands. */
export interface BackedUpLedger {
  readonly url: string
  backUp(): Promise<void>
  /** @returns the address of what was restored. */
  restore(): Promise<string>
}

const page = runbook('Backup and restore')

async function succeed(command: string, variables: Record<string, string>): Promise<void> {
  const { code, stderr } = await runCommand(command, variables)
  if (code !== 0) throw new Error(`${command}\n${stderr}`)
}

export async function sqliteLedger(): Promise<BackedUpLedger> {
  const folder = temporaryFolder()
  const here = (command: string) =>
    command.replaceAll('/backup/', `${folder}/`).replaceAll('data/', `${folder}/now-`)
  const path = join(folder, 'now-tillgate.db')
  const url = `sqlite:${path}`
  return {
    url,
    backUp: () => succeed(here(codeIn(page, 'sh', 'ledger:backup')), { DATABASE_URL: url }),
    async restore() {
      await succeed(here(codeIn(page, 'sh', 'cp ')), { DATABASE_URL: url, LEDGER_MARK_DIR: testMarks })
      return url
    },
  }
}

/** @param tools folder of a system's own Postgres. */
export async function postgresLedger(tools: string): Promise<BackedUpLedger> {
  const folder = temporaryFolder()
  const { url } = await ownPostgres(tools)
  const restored = url.replace(/\/postgres$/, '/restored')
  const by = (command: string, DATABASE_URL: string) =>
    succeed(command.replaceAll('tillgate.dump', join(folder, 'tillgate.dump')), {
      DATABASE_URL,
      PATH: `${tools}:${process.env.PATH}`,
    })
  return {
    url,
    backUp: () => by(codeIn(page, 'sh', 'pg_dump'), url),
    async restore() {
      await runOn(url, 'CREATE DATABASE restored TEMPLATE template0')
      await by(codeIn(page, 'sh', 'pg_restore'), restored)
      return restored
    },
  }
}
