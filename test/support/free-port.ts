import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that nobody listens on, for what must be told one, or has to come back on the same after a restart. */
export async function freePort(): Promise<number> {
  const taker = createServer().listen(0, '127.0.0.1')
  await once(taker, 'listening')
  const address = taker.address()
  taker.close()
  await once(taker, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
