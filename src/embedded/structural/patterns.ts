import { RE2JS } from 're2js';

const REMEMBERED_TEXTS = 2_000;
const REMEMBERED_LENGTH = 128;

const compiled = new Map<string, (text: string) => boolean>();

/**
 * A matcher with the semantics of Go's regular expressions: linear time, no look-around, ASCII classes.
 * Answers for short texts are remembered, since the same few values return in every object.
 * @throws when Go would refuse the expression
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  const known = compiled.get(pattern);
  if (known) return known;
  const expression = RE2JS.compile(pattern);
  const answers = new Map<string, boolean>();
  const matches = (text: string): boolean => {
    if (text.length > REMEMBERED_LENGTH) return expression.matcher(text).find();
    const answer = answers.get(text);
    if (answer !== undefined) return answer;
    if (answers.size >= REMEMBERED_TEXTS) answers.clear();
    const found = expression.matcher(text).find();
    answers.set(text, found);
    return found;
  };
  compiled.set(pattern, matches);
  return matches;
}
