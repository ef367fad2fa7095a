/**
 * Node calls the removal of types experimental wherever it is asked for it, once. The one who reads the demo's
 * output can do nothing about that; every other warning is still shown.
 */
export function quietExperimentalWarnings(): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') console.error(`${name}: ${message}`)
  })
}
