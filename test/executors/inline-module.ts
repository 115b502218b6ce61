/** The URL of a module that is nothing but this text, which therefore can't import relatively. */
export function inlineModule(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`;
}
