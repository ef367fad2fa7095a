import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Example {
  readonly summary?: string
  readonly value: unknown
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly object[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly description?: string
  }[]
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly examples?: Readonly<Record<string, Example>> } | undefined>
    >
  }
}

export interface Contract {
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** The contract as it is committed. */
export const readContract = (): Contract =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../openapi/openapi.json'), 'utf8')) as Contract

export interface PlacedOperation extends Operation {
  readonly method: string
  readonly path: string
}

/** What a client calls: every operation but those that BigCommerce and a load balancer call. */
export const clientOperations = ({ paths }: Contract): PlacedOperation[] =>
  Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path,
      })),
    )
    .filter(({ security = [] }) => security.some((scheme) => 'callerToken' in scheme))
