import { styleText } from 'node:util'
import type { CurlLine } from './curl-lines.ts'

export interface WelcomeOptions {
  readonly seconds: number
  readonly pageUrl: string
  readonly apiUrl: string
  /** For the printed commands, the README's, and any program started in that shell. */
  readonly callerToken: string
  readonly chargesUrl: string
  readonly logPath: string
  readonly lines: readonly CurlLine[]
}

/** Colour only where a terminal will show it; styleText looks at the stream and at NO_COLOR. */
const bold = (text: string) => styleText('bold', text)
const dim = (text: string) => styleText('dim', text)

/** What there is to see, and where. Commands begin at the margin, so that a selection holds nothing else. */
export function welcome(options: WelcomeOptions): string {
  const { seconds, pageUrl, apiUrl, callerToken, chargesUrl, logPath, lines } = options
  const commands = lines.map(
    ({ says, command }, index) => `${dim(`# ${index + 1}. ${says}`)}\n${command} -w '\\n'`,
  )
  return `
${bold('Tillgate')} is running against a simulated BigCommerce store (ready in ${seconds.toFixed(1)} s).

  Checkout page   ${bold(pageUrl)}
  API reference   ${apiUrl}/docs
  Real charges    ${chargesUrl}
  Service log     ${logPath}

Or paste into another terminal, first of all where to and as whom:

export TILLGATE=${apiUrl} CALLER_TOKEN=${callerToken}

${commands.join('\n\n')}

Ctrl-C stops everything. Nothing is kept, and no real money moves.
`
}
