/** Standard Webhooks asks for 24 to 64 random bytes; a longer key is as good. */
const bytesMin = 24
const prefix = /^whsec_/

/** The secrets in a text, one or two: while one is replaced, events are signed with both. */
export const eventSecretsIn = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')

/** Whether a secret is written as Standard Webhooks has it: `whsec_` and base64, or the base64 alone. */
export function isEventSecret(secret: string): boolean {
  const encoded = secret.replace(prefix, '')
  const key = Buffer.from(encoded, 'base64')
  return key.length >= bytesMin && key.toString('base64') === encoded
}
