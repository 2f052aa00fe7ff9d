import { type ReportedProgress, updated } from './reported.ts';

/** A line longer than this reports nothing; no pattern is tried on it. */
const LONGEST = 4096;

const NUMBER = '[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?';
/** `progress step=120 total=1000 loss=0.31`, at the end of a line that may begin with a time or a level. */
const OWN = /(?:^|\s)progress((?: +[A-Za-z_][\w./-]{0,63}=\S+)+) *$/;
const PAIR = / ([A-Za-z_][\w./-]*)=(\S+)/g;
/** `{'loss': 0.31, 'epoch': 1.2}`, as Hugging Face's Trainer prints what it logs; newer versions quote the numbers. */
const DICT = /^\{'[\w./-]+': .*\}$/;
const ITEM = new RegExp(`'([\\w./-]{1,64})': '?(${NUMBER})'?(?=[,}])`, 'g');
/** ` 12%|█▏        | 120/1000 [00:10<01:20, 11.0it/s]`, as tqdm draws it. */
const BAR = /(\d{1,3})%\|[^|]*\| *(\d+)\/(\d+) \[[\d:]+<([\d:]+|\?)(?:, *([\d.]+)(it\/s|s\/it))?/;

/**
 * What one line of a training program's log says of its progress, if it is in one of the documented forms: `progress`
 * with `name=number` pairs, the dictionaries of Hugging Face's Trainer, tqdm's bars. Pure.
 */
export function progressIn(line: string): ReportedProgress | undefined {
  if (line.length > LONGEST) return undefined;
  // A bar is redrawn over itself; the last drawing counts.
  const text = line.trimEnd().split('\r').at(-1)?.trim() ?? '';
  return ownForm(text) ?? dictForm(text) ?? barForm(text);
}

/** The progress after all of these lines. */
export function progressAfter(lines: Iterable<string>, before?: ReportedProgress): ReportedProgress | undefined {
  let progress = before;
  for (const line of lines) {
    const said = progressIn(line);
    if (said) progress = updated(progress, said);
  }
  return progress;
}

function ownForm(text: string): ReportedProgress | undefined {
  const [, pairs] = OWN.exec(text) ?? [];
  if (pairs === undefined) return undefined;
  return fromPairs([...pairs.matchAll(PAIR)].map(([, name = '', value = '']) => [name, Number(value)]));
}

function dictForm(text: string): ReportedProgress | undefined {
  if (!DICT.test(text)) return undefined;
  return fromPairs([...text.matchAll(ITEM)].map(([, name = '', value = '']) => [name, Number(value)]));
}

function barForm(text: string): ReportedProgress | undefined {
  const [, percent, step, total, left = '?', pace, unit] = BAR.exec(text) ?? [];
  if (percent === undefined) return undefined;
  const speed = pace === undefined ? undefined : unit === 's/it' ? 1 / Number(pace) : Number(pace);
  return {
    step: Number(step),
    total: Number(total),
    percent: Math.min(100, Number(percent)),
    ...(left !== '?' && { remainingSeconds: secondsOf(left) }),
    metrics: speed !== undefined && Number.isFinite(speed) ? { steps_per_second: speed } : {},
  };
}

/** `01:20` or `2:01:20`. */
const secondsOf = (clock: string): number => clock.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);

const KNOWN = ['step', 'total', 'percent', 'epoch'] as const;

/** Numbers by name; what is no finite number is left out. */
export function fromPairs(pairs: readonly (readonly [string, number])[]): ReportedProgress | undefined {
  const numbers = new Map(pairs.filter(([, value]) => Number.isFinite(value)));
  if (numbers.size === 0) return undefined;
  const known: { -readonly [K in (typeof KNOWN)[number]]?: number } = {};
  for (const name of KNOWN) {
    const value = numbers.get(name);
    if (value === undefined) continue;
    known[name] = name === 'percent' ? Math.min(100, Math.max(0, value)) : value;
    numbers.delete(name);
  }
  const remaining = numbers.get('remaining_seconds');
  numbers.delete('remaining_seconds');
  return {
    ...known,
    ...(remaining !== undefined && { remainingSeconds: Math.max(0, remaining) }),
    metrics: Object.fromEntries(numbers),
  };
}
