import { createHash } from 'node:crypto'

export type Hook = {
  readonly id: number
  readonly client_id: string
  readonly store_hash: string
  readonly created_at: number
  readonly updated_at: number
  readonly scope: string
  readonly destination: string
  readonly is_active: boolean
  readonly headers: Readonly<Record<string, string>>
}

export type HookFields = Pick<Hook, 'scope' | 'destination' | 'is_active' | 'headers'>

type Surroundings = { readonly storeHash: string; readonly now: () => number }

/** The registered webhooks. The platform knows the app by its token, so one token has one client id. */
export function createHooks({ storeHash, now }: Surroundings) {
  const hooks = new Map<number, Hook>()
  const clientId = createHash('sha256').update(storeHash).digest('hex').slice(0, 31)
  const seconds = () => Math.floor(now() / 1000)

  return {
    list: (): Hook[] => [...hooks.values()],
    add(fields: HookFields): Hook {
      const id = 18_048_287 + hooks.size
      const times = { created_at: seconds(), updated_at: seconds() }
      const hook = { id, client_id: clientId, store_hash: storeHash, ...times, ...fields }
      hooks.set(id, hook)
      return hook
    },
    turn(id: number, isActive: boolean): Hook | undefined {
      const hook = hooks.get(id)
      if (!hook) return undefined
      const turned = { ...hook, is_active: isActive, updated_at: seconds() }
      hooks.set(id, turned)
      return turned
    },
  }
}
