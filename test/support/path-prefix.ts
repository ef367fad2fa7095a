import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Starts a proxy that serves the service under a path prefix, as an ingress does, and strips it. @returns its address. */
export async function startPathPrefix(url: string, prefix: string): Promise<string> {
  const front = createServer((given, answer) => {
    if (!given.url?.startsWith(`${prefix}/`)) return answer.writeHead(404).end('not of this prefix')
    const { method, headers } = given
    const onward = request(`${url}${given.url.slice(prefix.length)}`, { method, headers }, (taken) => {
      answer.writeHead(taken.statusCode ?? 502, taken.headers)
      taken.pipe(answer)
    })
    return given.pipe(onward)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void front.close().closeAllConnections())
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}${prefix}`
}
