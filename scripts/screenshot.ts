/** Takes the README's picture of the checkout page: `node scripts/screenshot.ts`. Needs a Chromium. */
import { join } from 'node:path'
import { startDemo } from '../test/demo/support/start-demo.ts'
import { findChromium, launchChromium } from '../tools/chromium.ts'

const executablePath = findChromium()
if (executablePath === null) throw new Error('No Chromium found: install one or set CHROMIUM_PATH')
const demo = await startDemo()
const browser = await launchChromium(executablePath)
try {
  const page = await browser.newPage({ viewport: { width: 1040, height: 760 } })
  await page.goto(demo.pageUrl)
  await page.getByRole('button', { name: /^Pay \$/ }).waitFor()
  const path = join(import.meta.dirname, '../docs/images/checkout.png')
  await page.screenshot({ path })
  console.log(`Wrote ${path}`)
} finally {
  await browser.close()
  await demo.stop()
}
