import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCurlLine } from '../demo/support/run-curl-line.ts'
import { startDemo } from '../demo/support/start-demo.ts'
import { root } from '../generated/generate.ts'
import { snippetsOf } from './snippets.ts'

const commands = snippetsOf(join(root, 'README.md')).filter(({ text }) => text.startsWith('curl '))

test("the README's two operations run as they stand against the demo, and may be run twice", async () => {
  const demo = await startDemo()
  const answers = []
  for (const { text } of [...commands, ...commands]) {
    answers.push(await runCurlLine(text.trim(), demo.shellVariables))
  }
  const charges = (await (await fetch(demo.chargesUrl)).json()) as { data: unknown[] }
  await demo.stop()

  expect(answers[0]?.text).toContain('"payable":true')
  expect(answers[1]?.text).toContain('"amount":6098')
  expect([answers[0], answers[1], answers[3]].map((answer) => answer?.status)).toEqual([200, 201, 201])
  expect(charges.data).toHaveLength(1)
})
