import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile, installedClient, newFolder, root } from '../generated/generate.ts'
import { callerToken } from '../support/caller-token.ts'
import { secretOf, startReceiver } from '../support/event-receiver.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { snippetsOf, writeSnippets } from './snippets.ts'

/** What the reader's shop has already. */
const shop = `
const ids = new Set<string>()
export async function keepOnce(id: string, _event: unknown) {
  return ids.size < ids.add(id).size
}
export const shipOrder = async (orderId: number) => void shipped.push(orderId)
export const shipped: number[] = []
`

test('the receiver that is shown compiles, takes what the service sends once, and nothing else', async () => {
  const folder = newFolder({
    '@tillgate/client': await installedClient(),
    'openapi-fetch': join(root, 'node_modules/openapi-fetch'),
  })
  mkdirSync(join(folder, 'lib'))
  writeFileSync(join(folder, 'lib/shop.ts'), shop.trimStart())
  writeFileSync(
    join(folder, 'node.d.ts'),
    'declare const process: { env: Record<string, string | undefined> }\n',
  )
  writeSnippets(snippetsOf(join(root, 'docs/integrate/events.md')), folder)
  await compile(folder, { preserveSymlinks: true })

  process.env.EVENTS_SECRET = secretOf(1)
  const { POST } = (await import(join(folder, 'app/api/tillgate-events/route.ts'))) as {
    POST: (request: Request) => Promise<Response>
  }
  const { shipped } = (await import(join(folder, 'lib/shop.ts'))) as { shipped: number[] }
  const receiver = await startReceiver()
  const statuses: number[] = []
  const hand = async (body: string, headers: Record<string, string>) => {
    const { status } = await POST(new Request('https://shop.example/', { method: 'POST', body, headers }))
    statuses.push(status)
    return status
  }
  receiver.answer = async (response, { body, headers }) => {
    response.writeHead(await hand(body, headers as Record<string, string>)).end()
  }
  const { sandbox, call } = await startTillgate({
    reconciles: true,
    environment: { EVENTS_URL: receiver.url, EVENTS_SECRET: secretOf(1) },
  })
  const [paid, declined] = [createOrder(sandbox), createOrder(sandbox)]
  const token = await callerToken({ customer_id: 11 })
  await call.pay(paid, cardPayment(), { token })
  await call.pay(declined, cardPayment({ number: '4000000000000002' }), { token })
  await expect.poll(() => statuses, { timeout: 15_000 }).toEqual([204, 204])
  expect(shipped).toEqual([paid])

  const first = receiver.received.find(({ event }) => event.data.status === 'success')
  const headers = first?.headers as Record<string, string>
  expect(await hand(first?.body ?? '', headers)).toBe(204)
  expect(await hand(first?.body.replace('success', 'declined') ?? '', headers)).toBe(400)
  expect(shipped).toEqual([paid])
})
