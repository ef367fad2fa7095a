import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../tools/chromium.ts'
import { type RunningDemo, startDemo } from '../demo/support/start-demo.ts'
import { othersFolder, program } from './install.ts'

const chromium = findChromium()
const missing = 'No Chromium found: install one or set CHROMIUM_PATH.'

/** Runs a tool, whose JSON is on its standard output whatever its exit code says. */
async function run<T>(path: string, args: readonly string[]): Promise<T> {
  const child = spawn(process.execPath, [program(path), ...args], {
    cwd: othersFolder,
    env: { ...process.env, CHROME_PATH: chromium ?? '', PUPPETEER_EXECUTABLE_PATH: chromium ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  try {
    // Lighthouse repeats an error in words after the document.
    return JSON.parse(out.replace(/^(\{[\s\S]*\n\})\n[\s\S]*$/, '$1')) as T
  } catch {
    throw new Error(`${path} printed no JSON:\n${out}\n${complaints}`)
  }
}

interface Finding {
  readonly code: string
  readonly message: string
  readonly selector: string
}

interface LighthouseReport {
  readonly runtimeError?: { readonly message: string }
  readonly categories: Readonly<Record<string, { readonly score: number }>>
  readonly audits: Readonly<Record<string, { readonly score: number | null; readonly numericValue?: number }>>
}

describe('the pages', () => {
  let demo: RunningDemo
  beforeAll(async () => {
    demo = await startDemo()
  })
  afterAll(() => demo?.stop())

  /** By axe and HTML_CodeSniffer. */
  const pa11y = (url: string) =>
    run<Finding[]>('pa11y/bin/pa11y.js', [
      url,
      '--reporter=json',
      '--runner=axe',
      '--runner=htmlcs',
      '--wait=3000',
      '--timeout=120000',
      `--config=${join(import.meta.dirname, 'pa11y.json')}`,
    ])
  /** On a busy machine it loses the start of the page at times, says so, and asks to be run again. */
  async function lighthouse(url: string, ...more: string[]): Promise<LighthouseReport> {
    const options = ['--output=json', '--quiet', '--no-enable-error-reporting', ...more]
    const flags = '--chrome-flags=--headless --no-sandbox --disable-gpu'
    for (let tries = 1; ; tries += 1) {
      const report = await run<LighthouseReport>('lighthouse/cli/index.js', [url, flags, ...options])
      if (!report.runtimeError) return report
      if (tries === 3) throw new Error(`Lighthouse failed three times: ${report.runtimeError.message}`)
    }
  }

  test('pa11y finds nothing wrong with the checkout page', async (context) => {
    if (chromium === null) return context.skip(missing)
    expect(await pa11y(demo.pageUrl)).toEqual([])
  })

  test('pa11y counts what is wrong with the page of the API', async (context) => {
    if (chromium === null) return context.skip(missing)
    const findings = await pa11y(`${demo.apiUrl}/docs`)
    await context.annotate(`${findings.length} findings, of the page's own library`)
    expect(findings.filter(({ code }) => code === 'html-has-lang')).toEqual([])
  })

  test.for(['mobile', 'desktop'])('Lighthouse scores the checkout page on a %s', async (form, context) => {
    if (chromium === null) return context.skip(missing)
    const { categories, audits } = await lighthouse(
      demo.pageUrl,
      ...(form === 'desktop' ? ['--preset=desktop'] : []),
    )
    const scores = Object.entries(categories).map(([name, { score }]) => `${name} ${Math.round(score * 100)}`)
    await context.annotate(scores.join(', '))
    expect(categories.accessibility?.score).toBe(1)
    expect(audits['cumulative-layout-shift']?.numericValue).toBeLessThan(0.01)
    expect(audits['errors-in-console']?.score).toBe(1)
  })
})
