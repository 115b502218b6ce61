import { endOfString } from './json-limits.ts';

/** Python refuses to read longer integers (`sys.int_info.default_max_str_digits`), and so do we. */
const maxIntegerDigits = 4300;

const scalar = /NaN|-?Infinity|true|false|null|-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const whitespace = /[ \t\n\r]*/y;

/**
 * Parses what Python's `json.dumps` writes and `JSON.parse` cannot read or would round.
 *
 * Takes `NaN`, `Infinity` and `-Infinity`, returns integers beyond ±(2^53 - 1) as `bigint`, and the
 * integer `-0` as 0. Linear, but several times slower than `JSON.parse`. It recurses once per level:
 * the caller has checked the depth. Source: oslo-wire.md 1.10 and 11.
 *
 * @throws SyntaxError when the text is not JSON even so.
 */
export function parseCarefully(text: string): unknown {
  return new CarefulParser(text).document();
}

class CarefulParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value();
    this.#skipWhitespace();
    if (this.#at !== this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(): unknown {
    this.#skipWhitespace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#list();
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at += 1;
    if (this.#take('}')) return object;
    do {
      this.#skipWhitespace();
      const key = this.#string();
      this.#expect(':');
      const value = this.#value();
      // An assignment would set the prototype; as with JSON.parse it becomes a key like any other.
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true });
      } else object[key] = value;
    } while (this.#take(','));
    this.#expect('}');
    return object;
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    this.#at += 1;
    if (this.#take(']')) return list;
    do list.push(this.#value());
    while (this.#take(','));
    this.#expect(']');
    return list;
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#unexpected();
    const end = endOfString(this.#text, this.#at) + 1;
    const value: string = JSON.parse(this.#text.slice(this.#at, end));
    this.#at = end;
    return value;
  }

  #scalar(): unknown {
    scalar.lastIndex = this.#at;
    const match = scalar.exec(this.#text);
    if (match === null) throw this.#unexpected();
    this.#at = scalar.lastIndex;
    const [token, fraction, exponent] = match;
    switch (token) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      case '-0':
        return 0;
    }
    const number = Number(token);
    const isInteger = fraction === undefined && exponent === undefined;
    if (!isInteger || Number.isSafeInteger(number)) return number;
    if (!/\d$/.test(token)) return number;
    if (token.length > maxIntegerDigits) {
      throw new SyntaxError(`integer of more than ${maxIntegerDigits} digits`);
    }
    return BigInt(token);
  }

  #skipWhitespace(): void {
    whitespace.lastIndex = this.#at;
    whitespace.test(this.#text);
    this.#at = whitespace.lastIndex;
  }

  #take(character: string): boolean {
    this.#skipWhitespace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#unexpected();
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(
      this.#at >= this.#text.length ? 'text ends too early' : `unexpected text at ${this.#at}`,
    );
  }
}
