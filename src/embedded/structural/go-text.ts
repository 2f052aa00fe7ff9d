/** How Go prints what stands in kube-apiserver's messages. */

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** `%q`: double quotes, and escapes for what cannot be printed. */
export function quoted(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let out = '';
  for (const char of text) out += escaped(char);
  return `"${out}"`;
}

function escaped(char: string): string {
  const named = NAMED_ESCAPES[char];
  if (named !== undefined) return named;
  if (PRINTABLE.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Beyond this a JSON number is a float in Go, whatever its digits. */
const INT64_BOUND = 2 ** 63;

/** Whether Go decodes this JSON number as an int64. */
export const isInt64 = (value: number): boolean =>
  Number.isInteger(value) && value >= -INT64_BOUND && value < INT64_BOUND;

/** The digits of a number whose magnitude calls for no exponent. */
export function plainNumber(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : withoutExponent(value, text);
}

function withoutExponent(value: number, text: string): string {
  const [mantissa = '', exponent = '0'] = text.replace('-', value < 0 ? '' : '-').split('e');
  const digits = mantissa.replace('.', '').replace('-', '');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(Math.abs(Number(exponent)) - 1)}${digits}`;
}

/** `%v` of a number: integers plainly, floats with an exponent when they are very small or very large. */
export function numberText(value: number): string {
  if (isInt64(value)) return plainNumber(value);
  return floatText(value);
}

/** The shortest digits of a float64; an exponent below a ten-thousandth and from a million on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return plainNumber(value);
  const [mantissa, exponent = '0'] = value.toExponential().split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${mantissa}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}

/** Go's `json.Marshal` of JSON data: keys sorted, HTML characters escaped. */
export function marshalled(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(marshalled).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${marshalled(key)}:${marshalled(item)}`).join(',')}}`;
  }
  if (typeof value === 'string') return jsonText(value);
  return String(value ?? null);
}

const jsonText = (text: string): string =>
  JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

/** `%v` of JSON data. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${valueText(item)}`).join(' ')}]`;
}
