const FIELD = '"managedFields":[';
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;

/**
 * Cuts every `managedFields` list out of compact JSON text, before it is parsed. They are two thirds of a pod's bytes
 * and no plan reads them: cutting them first makes parsing two to three times faster and spares the garbage.
 */
export function cutManagedFields(text: string): string {
  let found = nextField(text, 0);
  if (found < 0) return text;
  let result = '';
  let kept = 0;
  while (found >= 0) {
    const end = endOfList(text, found + FIELD.length - 1);
    if (end < 0) break;
    if (text.charCodeAt(found - 1) === COMMA) {
      result += text.slice(kept, found - 1);
      kept = end;
    } else {
      result += text.slice(kept, found);
      kept = text.charCodeAt(end) === COMMA ? end + 1 : end;
    }
    found = nextField(text, end);
  }
  return result + text.slice(kept);
}

/** A match that follows anything but `{` or `,` lies inside a longer key. */
function nextField(text: string, from: number): number {
  let at = text.indexOf(FIELD, from);
  while (at >= 0) {
    const before = text.charCodeAt(at - 1);
    if (before === OPENING_BRACE || before === COMMA) return at;
    at = text.indexOf(FIELD, at + 1);
  }
  return -1;
}

/** The offset behind the bracket that closes the list opened at `start`; -1 when the text ends first. */
function endOfList(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === OPENING_BRACKET) depth++;
    else if (code === CLOSING_BRACKET && --depth === 0) return index + 1;
  }
  return -1;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
