/** A piece of HTML or SVG that is well-formed; made by {@link markup} only. */
export class Markup {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** What {@link markup} does. */
  static of(strings: TemplateStringsArray, values: readonly MarkupValue[]): Markup {
    const parts = strings.map((text, index) =>
      index < values.length ? text + rendered(values[index]) : text,
    );
    return new Markup(parts.join(''));
  }
}

/** What may stand in a {@link markup} template: text, which is escaped, or pieces; nothing for `undefined`. */
export type MarkupValue = string | number | Markup | readonly Markup[] | undefined;

/** A template tag that escapes all text that is put in, in elements and in quoted attributes alike. */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return Markup.of(strings, values);
}

function rendered(value: MarkupValue): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
