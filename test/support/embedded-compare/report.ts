import type { Difference } from './play.ts';

/** What a reader needs of a difference: how to see it again, what was called, and what each server said. */
export function describeDifference({ sequence, at, real, embedded }: Difference): string {
  const calls = sequence.calls.slice(0, at + 1).map((call, index) => {
    const { kind, ...rest } = call;
    return `  ${index === at ? '>' : ' '} ${JSON.stringify({ ...rest, ...(kind && { kind: kind.plural }) })}`;
  });
  return [
    `ARMATURE_COMPARE_REPLAY=${sequence.id} plays it again (${sequence.theme}); shrunk to:`,
    ...calls,
    `  real     ${JSON.stringify(real)}`,
    `  embedded ${JSON.stringify(embedded)}`,
  ].join('\n');
}
