import type { Remains } from './search.ts'

/** A place where data may be left behind: how to read it, and how to plant a canary there. */
export interface Sink {
  readonly name: string
  read(): Promise<Remains[]>
  /** Plants a card number there, the way a leak would. */
  plant(number: string): Promise<void>
}
