import type { FastifyInstance } from 'fastify'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** The variable that names the port, for who has to change it. */
  readonly variable: string
  /** The log line that names the address taken. */
  readonly announce: (address: string) => string
}

/** Opens a listener. @throws Error that names the variable when its port is taken. */
export async function listen(server: FastifyInstance, options: ListenOptions): Promise<void> {
  const { host, port, variable, announce } = options
  try {
    await server.listen({ host, port, listenTextResolver: announce })
  } catch (cause) {
    if (!isTaken(cause)) throw cause
    throw new Error(`${variable}: port ${port} of ${host} is taken (EADDRINUSE)`, { cause })
  }
}

const isTaken = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
