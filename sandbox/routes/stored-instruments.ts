import type { FastifyInstance } from 'fastify'
import type { Runtime } from '../runtime.ts'
import { storedInstrumentView } from './stored-instrument-view.ts'

const route = { config: { scopes: ['store_stored_payment_instruments_read_only'] } } as const

/** A bare array, unlike every other V3 list. */
export function storedInstrumentsRoute(app: FastifyInstance, runtime: Runtime): void {
  app.get<{ Params: { id: string } }>('/v3/customers/:id/stored-instruments', route, async (request) =>
    runtime.world.customers.instrumentsOf(Number(request.params.id)).map(storedInstrumentView),
  )
}
