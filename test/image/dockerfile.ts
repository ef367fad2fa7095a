import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Instruction {
  readonly name: string
  /** The arguments, with continued lines joined. */
  readonly rest: string
}

export interface Stage {
  readonly name: string
  /** An image, or an earlier stage. */
  readonly from: string
  readonly instructions: readonly Instruction[]
}

/** Reads the Dockerfile: the default of each argument, and its stages in order. As much of the format as ours uses. */
export function readDockerfile(): { arguments: Record<string, string>; stages: Stage[] } {
  const text = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8')
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const defaults: Record<string, string> = {}
  const stages: { name: string; from: string; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    const [, from, stage] = name === 'FROM' ? (/^(\S+) AS (\S+)$/.exec(rest) ?? []) : []
    const [, argument, value] = name === 'ARG' ? (/^(\w+)=(.*)$/.exec(rest) ?? []) : []
    if (argument !== undefined && value !== undefined) defaults[argument] = value
    else if (from !== undefined && stage !== undefined) stages.push({ name: stage, from, instructions: [] })
    else if (stages.length > 0 && name !== '') stages.at(-1)?.instructions.push({ name, rest })
    else throw new Error(`A line of the Dockerfile that is not understood: ${line}`)
  }
  return { arguments: defaults, stages }
}

/** A stage's instructions with those of the stages that it is built on, in the order in which they count. */
export function lineageOf(stages: readonly Stage[], name: string): Instruction[] {
  const stage = stages.find((one) => one.name === name)
  return stage ? [...lineageOf(stages, stage.from), ...stage.instructions] : []
}

/** What the last instruction of a name says. */
export const lastOf = (instructions: readonly Instruction[], name: string): string =>
  instructions.findLast((one) => one.name === name)?.rest ?? ''

/** The words of an instruction in exec form. @throws Error for the shell form. */
export const wordsOf = (rest: string): string[] => JSON.parse(rest.slice(rest.indexOf('[')))
