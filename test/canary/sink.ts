import type { Remains } from './search.ts'

/** A place where something may be left behind: how it is read, and how a canary gets there on purpose. */
export interface Sink {
  readonly name: string
  read(): Promise<Remains[]>
  /** Leaves a card number there, by the way that a leak would take. */
  plant(number: string): Promise<void>
}
