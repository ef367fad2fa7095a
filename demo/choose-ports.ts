import { choosePort } from './choose-port.ts'
import type { DemoSettings, PortWish } from './demo-settings.ts'

export type DemoPorts = Readonly<Record<keyof DemoSettings, number>>

/** All ports before anything starts, so that a taken one is told before there is anything to stop. */
export async function choosePorts(settings: DemoSettings): Promise<DemoPorts> {
  const wishes = Object.values(settings) as PortWish[]
  // What was asked for is nobody else's default.
  const taken = new Set(wishes.filter(({ isGiven, port }) => isGiven && port > 0).map(({ port }) => port))
  const choose = async (wish: PortWish): Promise<number> => {
    const port = await choosePort(wish, wish.isGiven && wish.port > 0 ? new Set() : taken)
    taken.add(port)
    return port
  }
  return {
    page: await choose(settings.page),
    api: await choose(settings.api),
    sandbox: await choose(settings.sandbox),
    sandboxPayments: await choose(settings.sandboxPayments),
  }
}
