import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCurlLine } from '../demo/support/run-curl-line.ts'
import { startDemo } from '../demo/support/start-demo.ts'
import { root } from '../generated/generate.ts'
import { snippetsOf } from './snippets.ts'

const commands = snippetsOf(join(root, 'README.md')).filter(({ text }) => text.startsWith('curl '))

test("the README's two operations run as they stand against the demo", async () => {
  const demo = await startDemo()
  const answers = []
  for (const { text } of commands) answers.push(await runCurlLine(text.trim(), demo.shellVariables))
  await demo.stop()

  expect(answers.map(({ status }) => status)).toEqual([200, 201])
  expect(answers[0]?.text).toContain('"payable":true')
  expect(answers[1]?.text).toContain('"amount":6098')
})
