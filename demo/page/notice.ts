import { byId, element } from './dom.ts'
import type { Words } from './shopper-words.ts'

const place = byId('notice', HTMLElement)

/** Shows what went wrong above the form, and scrolls there. */
export function showNotice({ title, text }: Words, requestId: string | null = null, kind = 'problem'): void {
  place.className = `notice ${kind}`
  place.replaceChildren(element('strong', {}, title), element('span', {}, text))
  if (requestId !== null) place.append(element('small', {}, `Reference ${requestId}`))
  place.hidden = false
  place.focus({ preventScroll: true })
  place.scrollIntoView({ block: 'center' })
}

export function hideNotice(): void {
  place.hidden = true
  place.replaceChildren()
}
