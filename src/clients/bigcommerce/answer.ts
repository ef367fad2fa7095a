import type { Dispatcher } from 'undici'

/** What came back: status, headers, and the body as JSON where it is JSON, else undefined. */
export interface UpstreamAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly json: unknown
}

/**
 * Reads a response to its end. A body that is cut off throws, because a half answer is no answer; one that is
 * no JSON (a proxy's HTML page) is read and gives `json: undefined`.
 */
export async function readAnswer(response: Dispatcher.ResponseData): Promise<UpstreamAnswer> {
  const text = await response.body.text()
  return { status: response.statusCode, headers: response.headers, json: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
