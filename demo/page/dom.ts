type Child = Node | string

/** Finds an element that must exist. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`The page lacks #${id}.`)
  return found
}

/** Makes an element. Text stays text: nothing is parsed as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | boolean>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, '')
    else if (value !== false) made.setAttribute(attribute, value)
  }
  made.append(...children)
  return made
}

export function definition(term: string, value: string, className = ''): HTMLElement {
  return element(
    'div',
    className === '' ? {} : { class: className },
    element('dt', {}, term),
    element('dd', {}, value),
  )
}
