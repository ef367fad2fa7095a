import { Histogram, type Registry } from 'prom-client'

/** From a statement on the ledger to the longest wait for a charge. */
export const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export interface DurationOptions<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly Label[]
}

export const createDurations = <Label extends string>(
  registry: Registry,
  { name, help, labelNames }: DurationOptions<Label>,
): Histogram<Label> =>
  new Histogram({ name, help, labelNames: [...labelNames], buckets: secondsBuckets, registers: [registry] })
