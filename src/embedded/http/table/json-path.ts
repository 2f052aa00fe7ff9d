import { objectOf } from '../../../api/json.ts';

/** One step into a value: all that it leads to. */
type Step = (value: unknown) => readonly unknown[];

const NAME = /^\.?([A-Za-z_$][\w$-]*)/;
const QUOTED = /^\.?\[\s*(['"])(.*?)\1\s*\]/;
const INDEX = /^\[\s*(-?\d+)\s*\]/;
const SLICE = /^\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]/;
const ALL = /^\.?\[?\*\]?/;
const FILTER = /^\[\?\(\s*@\.([\w.$-]+)\s*(==|!=)\s*(?:(['"])(.*?)\3|([\w.+-]+))\s*\)\]/;

/**
 * Reads the paths that printer columns use: `.a.b`, `['a.b']`, `[0]`, `[-1:]`, `[*]` and `[?(@.type=="Ready")]`.
 * @returns what finds all values of a path, or undefined for a path of another form
 */
export function jsonPath(path: string): ((object: unknown) => readonly unknown[]) | undefined {
  const steps: Step[] = [];
  let rest = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  while (rest !== '' && rest !== '.') {
    const [step, length] = nextStep(rest) ?? [];
    if (!step || !length) return undefined;
    steps.push(step);
    rest = rest.slice(length);
  }
  return (object) =>
    steps.reduce<readonly unknown[]>((values, step) => values.flatMap((value) => step(value)), [object]);
}

function nextStep(text: string): readonly [Step, number] | undefined {
  const quoted = QUOTED.exec(text);
  if (quoted) return [field((quoted[2] ?? '').replace(/\\(.)/g, '$1')), quoted[0].length];
  const index = INDEX.exec(text);
  if (index) return [(value) => listOf(value).slice(...range(Number(index[1]))), index[0].length];
  const slice = SLICE.exec(text);
  if (slice) {
    const [from, to] = [slice[1], slice[2]].map((bound) => (bound ? Number(bound) : undefined));
    return [(value) => listOf(value).slice(from, to), slice[0].length];
  }
  const filter = FILTER.exec(text);
  if (filter) return [filtered(filter), filter[0].length];
  const name = NAME.exec(text);
  if (name) return [field(name[1] ?? ''), name[0].length];
  const all = ALL.exec(text);
  return all ? [(value) => (Array.isArray(value) ? value : Object.values(objectOf(value))), all[0].length] : undefined;
}

const range = (at: number): readonly [number, number | undefined] => [at, at === -1 ? undefined : at + 1];

function filtered([, path = '', operator, , text, bare]: RegExpExecArray): Step {
  const wanted = text ?? bare;
  return (value) =>
    listOf(value).filter((item) => {
      const found = path.split('.').reduce<unknown>((at, key) => objectOf(at)[key], item);
      return (String(found) === wanted) === (operator === '==');
    });
}

const field =
  (name: string): Step =>
  (value) => {
    const found = objectOf(value)[name];
    return found === undefined ? [] : [found];
  };

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
