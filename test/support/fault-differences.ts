import type { Outcome } from './fault-rig.ts';

/** Where two runs that should be alike are not, one line for each part; empty when they are. */
export function differences(clean: Outcome, other: Outcome): string[] {
  const found: string[] = [];
  for (const part of ['objects', 'creates', 'deletes'] as const) {
    const [left, right] = [
      JSON.stringify(clean[part], null, 1).split('\n'),
      JSON.stringify(other[part], null, 1).split('\n'),
    ];
    const at = left.findIndex((line, index) => line !== right[index]);
    if (at >= 0 || left.length !== right.length)
      found.push(
        `${part} differ: clean ${left.slice(Math.max(at, 0), at + 3).join(' ')} | now ${right.slice(Math.max(at, 0), at + 3).join(' ')}`,
      );
  }
  return found;
}
