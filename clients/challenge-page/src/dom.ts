/** Text with elements in it. */
export type Content = string | Node;

/** Makes an element. Properties are set as attributes; `true` sets one without a value, `false` leaves it out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean>>,
  ...content: readonly Content[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...content);
  return made;
}

/** A contact or a time inside a sentence: keeps its own direction in a right-to-left one. */
export function isolated(text: string): HTMLElement {
  return element("bdi", { dir: "ltr" }, text);
}

/** Fills the gaps of a sentence, `{name}`, with text or elements. */
export function filled(sentence: string, gaps: Readonly<Record<string, Content>>): Content[] {
  return sentence.split(/(\{\w+\})/).flatMap((part) => {
    const gap = /^\{(\w+)\}$/.exec(part)?.[1];
    const content = gap === undefined ? part : gaps[gap];
    return content === undefined || content === "" ? [] : [content];
  });
}

/** Minutes and seconds: `0:25`. */
export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
