import type { Answer } from './answer.ts'
import type { Settings } from './state/settings.ts'

/** Published pages print 30001 as 3001, and a numeric code may come as text: clients meet all of these. */
export function presentCode(answer: Answer, settings: Settings): Answer {
  const { body } = answer
  if (typeof body !== 'object' || body === null || !('code' in body)) return answer
  const code = body.code === 30001 && settings.legacy_configuration_code ? 3001 : body.code
  return { ...answer, body: { ...body, code: settings.codes_as_strings ? String(code) : code } }
}
