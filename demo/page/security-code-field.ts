import { createFormField, type FormField } from './form-field.ts'

/** The CVV, which is never kept. Not a password field, or browsers would offer to remember it. */
export function createSecurityCodeField(id: string, autocomplete: string): FormField {
  const field = createFormField({
    id,
    label: 'Security code',
    hint: 'On the back; Amex: in front',
    attributes: { inputmode: 'numeric', autocomplete, maxlength: '4' },
  })
  field.input.addEventListener('input', () => {
    field.input.value = field.input.value.replace(/\D/g, '')
  })
  return field
}
