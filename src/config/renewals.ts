import type { KeyObject } from 'node:crypto'
import { Sealed } from '../domain/sealed.ts'
import { publicKeyOf } from './auth-key.ts'
import { readText } from './environment.ts'
import { type TlsMaterial, tlsOf } from './tls.ts'
import { Env } from './variables.ts'

/** Reads a value again that came from a file; its answer is null when what is there now cannot be used. */
type ReadAgain<T> = (() => T | null) | null

/** What may be replaced on disk while the process runs. */
export interface Renewals {
  readonly accessToken: ReadAgain<Sealed<string>>
  readonly publicKey: ReadAgain<KeyObject>
  readonly eventsSecret: ReadAgain<Sealed<string>>
  readonly tls: ReadAgain<TlsMaterial>
}

export function renewalsOf(given: Readonly<Record<string, string>>): Renewals {
  const {
    BIGCOMMERCE_ACCESS_TOKEN_FILE: tokenFile,
    AUTH_PUBLIC_KEY_FILE: publicKeyFile,
    EVENTS_SECRET_FILE: eventsSecretFile,
    TLS_CERT_FILE: certificateFile,
  } = given
  return {
    accessToken: tokenFile ? () => sealedOf('BIGCOMMERCE_ACCESS_TOKEN', readText(tokenFile)) : null,
    eventsSecret: eventsSecretFile ? () => sealedOf('EVENTS_SECRET', readText(eventsSecretFile)) : null,
    publicKey: publicKeyFile ? () => publicKeyOf(readText(publicKeyFile)) : null,
    tls: certificateFile
      ? () => {
          const material = tlsOf(given)
          return typeof material === 'string' ? null : material
        }
      : null,
  }
}

function sealedOf(
  name: 'BIGCOMMERCE_ACCESS_TOKEN' | 'EVENTS_SECRET',
  text: string | null,
): Sealed<string> | null {
  const { data } = Env.shape[name].safeParse(text)
  return data === undefined ? null : new Sealed(data)
}
