import { request, WebSocket } from 'undici'

/** A process's inspector, from outside: nothing is loaded into it. */
export interface Inspector {
  post(method: string): Promise<unknown>
  close(): void
}

export async function connectInspector(port: number): Promise<Inspector> {
  const { body } = await request(`http://127.0.0.1:${port}/json/list`)
  const [{ webSocketDebuggerUrl }] = (await body.json()) as [{ webSocketDebuggerUrl: string }]
  const socket = new WebSocket(webSocketDebuggerUrl)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  const waiting = new Map<number, (result: unknown) => void>()
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  return {
    post(method) {
      const id = ++last
      socket.send(JSON.stringify({ id, method }))
      return new Promise((resolve) => waiting.set(id, resolve))
    },
    close: () => socket.close(),
  }
}
