import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning, failure } = findingsOf('database')

/** A ledger grows by about a kilobyte a payment. */
const freeBytesMin = 256 * 1024 * 1024
/** File systems on other machines, by their numbers in statfs(2): NFS, CIFS, SMB2, 9p. */
const networkFileSystems = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x01021997])

/** The finding for a ledger file that does not exist yet; null when it does. */
export function newFileFinding(path: string, migrateOnStart: boolean): Finding | null {
  if (existsSync(path)) return null
  const folder = nearestFolder(path)
  if (!mayWrite(folder)) {
    return failure(
      `There is no ledger yet, and this user may not write in ${folder}.`,
      'Make the user of the service own that folder.',
    )
  }
  return migrateOnStart
    ? ok('There is no ledger yet. The first start creates it.')
    : failure('There is no ledger yet, and MIGRATE_ON_START=false.', 'Run `npm run migrate`.')
}

/** Whether the file is in a place that is fit for a ledger. */
export function placeFindings(path: string): Finding[] {
  const folder = nearestFolder(path)
  const { type, bavail, bsize } = statfsSync(folder)
  const findings: Finding[] = []
  if (!mayWrite(path) || !mayWrite(folder)) {
    findings.push(
      failure(`This user may not write to ${path} or its folder.`, 'Make the user of the service own both.'),
    )
  }
  if (networkFileSystems.has(type)) {
    findings.push(
      failure(
        'The ledger is on a network file system, where SQLite’s locks do not work.',
        'Use a local disk, or Postgres.',
      ),
    )
  }
  if (bavail * bsize < freeBytesMin) {
    findings.push(
      warning(
        'The disk of the ledger has less than 256 MB left.',
        'Make room: a full disk stops every payment.',
      ),
    )
  }
  return findings
}

function nearestFolder(path: string): string {
  const folder = dirname(resolve(path))
  return existsSync(folder) ? folder : nearestFolder(folder)
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
