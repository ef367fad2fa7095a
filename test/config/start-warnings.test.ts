import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { warnAtStart } from '../../src/config/start-warnings.ts'

const folder = mkdtempSync(join(tmpdir(), 'tillgate-warnings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const required = {
  BIGCOMMERCE_STORE_HASH: 'abc123',
  BIGCOMMERCE_ACCESS_TOKEN: 'store-token',
  AUTH_ISSUER: 'https://shop.example',
  AUTH_AUDIENCE: 'tillgate',
  AUTH_HMAC_SECRET: 'an HMAC secret of 32 bytes or more',
  TRUST_PROXY: '10.0.0.0/8',
  LEDGER_MARK_DIR: folder,
}

/** What the start warns of, as it is logged. */
function warningsOf(given: Record<string, string>): string[] {
  const told: string[] = []
  const warn = ({ variable }: { variable?: unknown }, event: string) =>
    void told.push(variable === undefined ? event : `${variable}: ${event}`)
  warnAtStart(loadConfig({ ...required, ...given }), { warn })
  return told
}

test('an ordinary configuration gives no warning', () => {
  expect(warningsOf({})).toEqual([])
})

test('callers who may share one address are told of', () => {
  expect(warningsOf({ TRUST_PROXY: '' })).toEqual(['every caller may share one address'])
})

const token = 'BIGCOMMERCE_API_URL: store token goes to a host that is not of BigCommerce'
const cards = 'BIGCOMMERCE_PAYMENTS_URL: cards go to a host that is not of BigCommerce'

test.each([
  ['https://proxy.example/stores/abc123', true],
  ['https://bigcommerce.com.example/stores/abc123', true],
  ['https://notbigcommerce.com/stores/abc123', true],
  ['https://203.0.113.7/stores/abc123', true],
  ['https://api.staging.bigcommerce.com/stores/abc123', false],
  ['https://10.0.0.7/stores/abc123', false],
  ['https://egress/stores/abc123', false],
  ['http://127.0.0.1:4000/stores/abc123', false],
])('what goes to %s: is it told? %s', (url, isTold) => {
  expect(warningsOf({ BIGCOMMERCE_API_URL: url })).toEqual(isTold ? [token] : [])
  expect(warningsOf({ BIGCOMMERCE_PAYMENTS_URL: url })).toEqual(isTold ? [cards] : [])
})

test('a folder for the mark that cannot be written is told of, and none is made', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const told = ['LEDGER_MARK_DIR: ledger mark cannot be written']
  for (const LEDGER_MARK_DIR of [file, join(file, 'below'), '/dev/null/marks'])
    expect(warningsOf({ LEDGER_MARK_DIR })).toEqual(told)
  expect(warningsOf({ LEDGER_MARK_DIR: join(folder, 'new/marks') })).toEqual([])
  expect(existsSync(join(folder, 'new'))).toBe(false)
  expect(warningsOf({ LEDGER_MARK_DIR: file, DATABASE_URL: 'postgres://db/tillgate' })).toEqual([])
})

test.skipIf(process.getuid?.() === 0)('so is one that this user may not write', () => {
  const closed = mkdtempSync(join(folder, 'closed-'))
  chmodSync(closed, 0o500)
  expect(warningsOf({ LEDGER_MARK_DIR: closed })).toHaveLength(1)
})
