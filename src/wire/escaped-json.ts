/** From this length on it pays to look for what has to be escaped. */
const longFrom = 512;
/** One character to be escaped in as many is few; with more, to write it all anew is quicker. */
const fewIn = 64;

/**
 * JSON text as it stands inside a string of JSON.
 *
 * It has neither control characters nor lone surrogates, so that quotes and backslashes are all there is
 * to escape. `JSON.stringify` looks at each character; in a long text what lies between is copied as it is.
 */
export function escapedJson(json: string): string {
  return (
    (json.length < longFrom ? undefined : escapedBySpans(json)) ?? JSON.stringify(json).slice(1, -1)
  );
}

/** What JSON allows between its values, and not within a string. */
const lineBreaks = ['\n', '\r', '\t'];

/**
 * The JSON text that stood inside a string of JSON, for a long one that has few quotes and no other escapes,
 * as most have: what lies between is copied as it is. Nothing for any other: `JSON.parse` reads it.
 */
export function unescapedJson(escaped: string): string | undefined {
  if (escaped.length < longFrom) return undefined;
  let left = escaped.length / fewIn;
  let from = 0;
  let quote = escaped.indexOf('"');
  for (let at = escaped.indexOf('\\'); at !== -1; at = escaped.indexOf('\\', from)) {
    left -= 1;
    // Each backslash is to have a quote behind it, and each quote a backslash before it.
    if (left < 0 || quote !== at + 1) return undefined;
    from = at + 2;
    quote = escaped.indexOf('"', from);
  }
  if (quote !== -1 || lineBreaks.some((each) => escaped.includes(each))) return undefined;
  return escaped.replaceAll('\\"', '"');
}

function escapedBySpans(json: string): string | undefined {
  let budget = json.length / fewIn;
  let text = '';
  let from = 0;
  let quote = json.indexOf('"');
  let backslash = json.indexOf('\\');
  while (quote !== -1 || backslash !== -1) {
    budget -= 1;
    if (budget < 0) return undefined;
    const at = backslash === -1 || (quote !== -1 && quote < backslash) ? quote : backslash;
    text += `${json.slice(from, at)}\\${json[at]}`;
    from = at + 1;
    if (at === quote) quote = json.indexOf('"', from);
    else backslash = json.indexOf('\\', from);
  }
  return text + json.slice(from);
}
