import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** As many as one can keep in mind who follows a request from file to file. */
const filesMax = { 'POST /orders/:id/pay': 65, 'GET /orders/:id/payment-methods': 38 }

test('a payment and a list of methods run through few files', () => {
  const script = join(import.meta.dirname, '../../scripts/files-per-request.ts')
  const report = execFileSync(process.execPath, [script], { encoding: 'utf8' })
  for (const [request, most] of Object.entries(filesMax)) {
    const counted = Number(new RegExp(`^${request}: (\\d+) files`, 'm').exec(report)?.[1])
    expect(counted, request).toBeGreaterThan(20)
    expect(counted, request).toBeLessThanOrEqual(most)
  }
}, 30_000)
