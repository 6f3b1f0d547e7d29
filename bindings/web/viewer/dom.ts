type Child = Node | string | null | undefined;
type Properties<K extends keyof HTMLElementTagNameMap> = Omit<
  Partial<HTMLElementTagNameMap[K]>,
  'style' | 'dataset' | 'attributes'
> & {
  /** Attributes that are no properties. */
  attributes?: Record<string, string>;
};

/** An element with its properties and children; styles come from the style sheet alone. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties<K> = {} as Properties<K>,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const { attributes = {}, ...rest }: { attributes?: Record<string, string> } = properties;
  const made = document.createElement(tag);
  Object.assign(made, rest);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child): child is Node | string => child != null));
  return made;
}

/** A choice among named values, with its label. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  onChoose: (value: string) => void,
): { field: HTMLLabelElement; select: HTMLSelectElement } {
  const select = element('select', { onchange: () => onChoose(select.value) });
  fill(select, options);
  return { field: element('label', { className: 'field' }, label, select), select };
}

/** Give a select these options and keep what was chosen, where it is still there. */
export function fill(
  select: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
): void {
  const chosen = select.value;
  select.replaceChildren(
    ...options.map(([value, text]) => element('option', { value, textContent: text })),
  );
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** A button; its title is its name too where its text is a mere sign. */
export function button(
  text: string,
  title: string,
  onclick: () => void,
  className = '',
): HTMLButtonElement {
  const attributes: Record<string, string> = /\p{L}/u.test(text) ? {} : { 'aria-label': title };
  return element('button', { type: 'button', title, className, onclick, attributes }, text);
}
