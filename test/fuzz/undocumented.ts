import { expectDocumented } from '../support/documented.ts'

/** What is wrong with an answer by the rules for all answers; null when it is right. */
export function wrongWith(
  method: string,
  path: string,
  answer: { status: number; headers: Record<string, unknown>; text: string },
): string | null {
  const { status, headers, text } = answer
  if (status === 500) return `500: ${text}`
  if (!path.startsWith('/openapi.json') && text.replaceAll(/[ -]/g, '').includes('4242424242424242'))
    return `a card number in the answer: ${text}`
  try {
    const body = String(headers['content-type']).includes('json') ? JSON.parse(text) : undefined
    // A preflight is CORS's, and documented nowhere.
    if (method !== 'OPTIONS' && !path.startsWith('/openapi.json'))
      expectDocumented(method, path, { status, headers: headers as Record<string, string>, body })
    return null
  } catch (error) {
    return `${status}: ${error instanceof Error ? error.message.slice(0, 600) : 'undocumented'}`
  }
}

/** The answer, or an error when it takes too long. */
export async function inTime<T>(work: Promise<T>, forMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${forMs} ms`)), forMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
