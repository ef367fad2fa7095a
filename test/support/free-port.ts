import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that is free now: for a program that must be given one, or that must use the same one after a restart. */
export async function freePort(): Promise<number> {
  const taker = createServer().listen(0, '127.0.0.1')
  await once(taker, 'listening')
  const address = taker.address()
  taker.close()
  await once(taker, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
