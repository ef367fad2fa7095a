import { DemoError } from './demo-error.ts'
import { readDemoSettings } from './demo-settings.ts'
import { quietExperimentalWarnings } from './quiet-warnings.ts'
import { runDemo } from './run-demo.ts'
import { listenForStop } from './stop-signal.ts'

quietExperimentalWarnings()
try {
  await runDemo(readDemoSettings(process.env), listenForStop())
  process.exit(0)
} catch (error) {
  console.error(error instanceof DemoError ? error.message : error)
  process.exit(1)
}
