import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCurlLine } from '../demo/support/run-curl-line.ts'
import { startDemo } from '../demo/support/start-demo.ts'
import { root } from '../generated/generate.ts'
import { snippetsOf } from './snippets.ts'

const commands = snippetsOf(join(root, 'README.md')).filter(({ text }) => text.startsWith('curl '))
const perRound = 4

test("the README's two operations, of an order and of a cart, run as they stand against the demo, and may be run twice", async () => {
  const demo = await startDemo()
  const answers = []
  for (const { text } of [...commands, ...commands]) {
    answers.push(await runCurlLine(text.trim(), demo.shellVariables))
  }
  const charges = (await (await fetch(demo.chargesUrl)).json()) as { data: unknown[] }
  await demo.stop()

  expect(commands).toHaveLength(perRound)
  for (const [listed, paid] of [
    [0, 1],
    [2, 3],
  ] as const) {
    expect(answers[listed]?.text).toContain('"payable":true')
    expect(answers[paid]?.text).toContain('"amount":6098')
    const statuses = [answers[listed], answers[paid], answers[perRound + paid]].map(
      (answer) => answer?.status,
    )
    expect(statuses).toEqual([200, 201, 201])
  }
  expect(charges.data).toHaveLength(2)
})
