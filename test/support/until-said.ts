import type { ChildProcess } from 'node:child_process'

/**
 * Waits until a process has said these words on its standard output, and goes on reading, so that it can go on writing.
 *
 * @returns what it has said. @throws Error with that if it ends before.
 */
export function untilSaid(child: ChildProcess, words: string): Promise<string> {
  const said = Promise.withResolvers<string>()
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.includes(words)) said.resolve(output)
  })
  child.once('close', () => said.reject(new Error(`It ended before it said "${words}":\n${output}`)))
  return said.promise
}
