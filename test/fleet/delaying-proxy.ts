import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A network between the service and an address: what is sent takes a random time, each way and each piece anew, and
 * pieces of one connection stay in order.
 *
 * @returns the address by way of it.
 */
export async function startDelayingProxy(targetUrl: string, delayMsMax: number): Promise<string> {
  const target = new URL(targetUrl)
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    pipeLate(near, far, delayMsMax)
    pipeLate(far, near, delayMsMax)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(targetUrl)
  url.port = String(typeof address === 'object' && address ? address.port : 0)
  return url.href
}

function pipeLate(from: Socket, to: Socket, delayMsMax: number): void {
  // One after the other: of two timers that end in the same millisecond the later may be first.
  let delivered = Promise.resolve()
  const later = (deliver: () => void) => {
    const arrivesMs = performance.now() + Math.random() * delayMsMax
    delivered = delivered.then(() => sleep(Math.max(0, arrivesMs - performance.now()))).then(deliver)
  }
  from.setNoDelay(true)
  from.on('data', (bytes) => later(() => void to.write(bytes)))
  from.on('end', () => later(() => void to.end()))
  from.on('error', () => to.destroy())
}
