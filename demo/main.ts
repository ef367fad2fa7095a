import { DemoError } from './demo-error.ts'
import { readDemoSettings } from './demo-settings.ts'
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

/** The demo asks Node to strip types, which Node calls experimental. Every other warning is still shown. */
function quietExperimentalWarnings(): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') console.error(`${name}: ${message}`)
  })
}
