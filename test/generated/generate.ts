import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

export const root = join(import.meta.dirname, '../..')
export const contract = join(root, 'openapi/openapi.json')
const run = promisify(execFile)

/** A temporary folder outside the repository, with links to these packages in its node_modules. */
export function newFolder(packages: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-generated-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [name, path] of Object.entries(packages)) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(path, link)
  }
  return folder
}

/** Runs a program with Node. @throws Error with its output if it fails. */
export async function runNode(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [program, ...args], { cwd, maxBuffer: 2 ** 24 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} failed:\n${stdout}\n${stderr}`, { cause: error })
  }
}

const strict = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  noEmit: true,
  skipLibCheck: true,
}

/** Compiles the files of a folder by strict rules. @throws Error with the compiler's output. */
export async function compile(folder: string, options: object = {}): Promise<void> {
  const compilerOptions = { ...strict, module: 'preserve', moduleResolution: 'bundler', ...options }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions,
      include: ['*.ts', '*.mts', '*.tsx', '*/**/*.ts'],
      exclude: ['node_modules'],
    }),
  )
  await runNode(join(root, 'node_modules/typescript/bin/tsc'), ['-p', folder], folder)
}

/**
 * A program that compiles only if the instrument is a union discriminated by `type`: each kind has its own fields and no
 * others, and the list of kinds is complete.
 */
export const unionProgram = (importLine: string, type: string) => `
${importLine}
type Instrument = ${type}
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export const kinds: Equal<
  Instrument['type'],
  | 'card' | 'stored_card' | 'stored_paypal_account' | 'stored_bank_account'
  | 'tokenized_card' | 'gift_certificate' | 'store_credit'
> = true
export function told(instrument: Instrument): string {
  switch (instrument.type) {
    case 'card':
      return instrument.number
    case 'tokenized_card':
      return String(instrument.iin)
    case 'gift_certificate':
      return instrument.gift_certificate_code
    case 'stored_card':
      // @ts-expect-error: a stored card has no number
      return instrument.number
    case 'stored_paypal_account':
    case 'stored_bank_account':
      return instrument.token
    case 'store_credit':
      return ''
    default:
      return instrument satisfies never
  }
}
// @ts-expect-error: a card needs its number
export const numberless: Instrument = { type: 'card', cardholder_name: 'Jane Doe' }
`

/** Our client as npm would install it: its manifest and the files that it names, without sources. */
export async function installedClient(): Promise<string> {
  const source = join(root, 'clients/typescript')
  const packed = newFolder()
  cpSync(join(source, 'package.json'), join(packed, 'package.json'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await runNode(tsc, ['-p', source, '--noEmit', 'false', '--outDir', join(packed, 'dist')], source)
  return packed
}
