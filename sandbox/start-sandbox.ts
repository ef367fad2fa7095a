import { createControl } from './control/control.ts'
import { createDelays } from './delays.ts'
import { type Listener, openListener } from './listener.ts'
import { buildManagementHost } from './management-host.ts'
import { resolveOptions, type SandboxOptions } from './options.ts'
import { buildPaymentsHost } from './payments-host.ts'
import type { Runtime } from './runtime.ts'
import { createWorld } from './world.ts'

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>

/** A whole BigCommerce store on two local ports. */
export async function startSandbox(given: SandboxOptions = {}) {
  const options = resolveOptions(given)
  const { host, storeHash, accessToken, managementPort, paymentsPort } = options
  const runtime: Runtime = { options, delays: createDelays(), world: createWorld(options) }
  const listeners = new Map<'management' | 'payments', Listener>()
  const control = createControl(runtime, listeners)

  const management = await openListener(buildManagementHost(runtime, control), { host, port: managementPort })
  listeners.set('management', management)
  const payments = await openListener(buildPaymentsHost(runtime), { host, port: paymentsPort }).catch(
    async (error: unknown) => {
      // Otherwise half a store keeps the process running after it said that it cannot start.
      await management.close()
      throw error
    },
  )
  listeners.set('payments', payments)

  const origin = (port: number) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    ...control,
    managementUrl: `${origin(management.port)}/stores/${storeHash}`,
    paymentsUrl: `${origin(payments.port)}/stores/${storeHash}`,
    controlUrl: `${origin(management.port)}/_sandbox`,
    storeHash,
    accessToken,
    /** Quick even while requests hang: their sockets are destroyed. */
    async close(): Promise<void> {
      runtime.delays.clear()
      await Promise.all([management.close(), payments.close()])
    },
  }
}
