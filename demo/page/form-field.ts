import { element } from './dom.ts'

export interface FormField {
  readonly root: HTMLElement
  readonly input: HTMLInputElement
  value(): string
  /** Shows what is wrong beside the field, for screen readers too; null clears it. */
  complain(sentence: string | null): void
}

export interface FormFieldOptions {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly attributes?: Readonly<Record<string, string>>
}

/** A labelled text field with a place for an error message. */
export function createFormField({ id, label, hint, attributes = {} }: FormFieldOptions): FormField {
  const hintId = `${id}-hint`
  const errorId = `${id}-error`
  const input = element('input', {
    id,
    type: 'text',
    spellcheck: 'false',
    autocapitalize: 'off',
    ...attributes,
  })
  const error = element('span', { id: errorId, class: 'field-error' })
  const root = element('div', { class: `field ${id}` }, element('label', { for: id }, label), input)
  if (hint !== undefined) root.append(element('span', { id: hintId, class: 'field-hint' }, hint))
  root.append(error)
  const described = hint === undefined ? '' : hintId
  const describe = (ids: string) =>
    ids === '' ? input.removeAttribute('aria-describedby') : input.setAttribute('aria-describedby', ids)
  describe(described)

  const complain = (sentence: string | null): void => {
    error.textContent = sentence ?? ''
    root.classList.toggle('is-wrong', sentence !== null)
    if (sentence === null) input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
    describe(sentence === null ? described : `${described} ${errorId}`.trim())
  }
  input.addEventListener('input', () => complain(null))
  return { root, input, value: () => input.value.trim(), complain }
}
