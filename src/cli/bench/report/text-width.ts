/** How wide the average character of the report's charts is, in pixels: 13 px, a sans-serif font. */
const characterWidth = 7.4;

/** About how wide a text is in a chart, in pixels; rather too much than too little. */
export function textWidth(text: string): number {
  return Math.ceil([...text].length * characterWidth);
}

/** The {@link textWidth} of the widest of some texts. */
export function widest(texts: readonly string[]): number {
  return texts.map(textWidth).reduce((a, b) => Math.max(a, b), 0);
}

/** Cuts a text so that it is no wider than so many pixels. */
export function shortenedTo(pixels: number, text: string): string {
  if (textWidth(text) <= pixels) return text;
  const characters = [...text].slice(0, Math.max(0, Math.floor(pixels / characterWidth) - 1));
  return `${characters.join('').trimEnd()}…`;
}
