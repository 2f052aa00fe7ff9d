import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { differences } from './compare.ts';
import { TRAINING_EXPLANATIONS } from './explanations.ts';
import { JOB_SET_EXPLANATIONS } from './jobset-explanations.ts';
import { MPI_EXPLANATIONS } from './mpi-explanations.ts';
import { TRAINER_EXPLANATIONS } from './trainer-explanations.ts';
import { found, needless, unexplained } from './verdict.ts';

const PAGE = readFileSync('docs/differences.md', 'utf8');

/** The text under a heading of the page, up to the next one. */
function sectionOf(heading: string): string {
  const [, text = ''] = PAGE.split(new RegExp(`^#+ ${heading}$`, 'm'));
  return (text.split(/^#+ /m)[0] ?? '').replaceAll(/\s+/g, ' ');
}

describe('explained differences', () => {
  const all = [...TRAINING_EXPLANATIONS, ...TRAINER_EXPLANATIONS, ...MPI_EXPLANATIONS, ...JOB_SET_EXPLANATIONS];

  test.each(all.map(({ heading, words }) => [heading, words]))(
    'docs/differences.md says under %s: %s',
    (heading, words) => {
      expect(sectionOf(heading)).toContain(words);
    },
  );
});

describe('comparison', () => {
  const peer = { job: { status: { phase: 'a', active: 1 } }, pods: [{ name: 'x', env: ['A=1', 'B=2'] }] };

  test('it goes as deep as both sides have something, and lists keep their order', () => {
    const ours = { job: { status: { phase: 'b' } }, pods: [{ name: 'x', env: ['B=2', 'A=1'] }] };
    expect(differences(peer, ours).map(({ path }) => path.join('.'))).toEqual([
      'job.status.active',
      'job.status.phase',
      'pods.0.env',
    ]);
    expect(differences(peer, peer)).toEqual([]);
  });

  test('a difference without an explanation is told, and an explanation without a difference', () => {
    const all = found({ s: [peer] }, { s: [{ ...peer, pods: [] }] });
    const covers = ({ path }: { path: readonly string[] }) => path[0] === 'pods';
    const explanation = { heading: 'h', words: 'w', covers };
    expect(unexplained(all, [])).toEqual([expect.stringMatching(/^s after 0 acts, pods: upstream .* here \[\]$/)]);
    expect(unexplained(all, [explanation])).toEqual([]);
    expect(needless(all, [explanation])).toEqual([]);
    expect(needless([], [explanation])).toEqual(['h: w']);
    expect(needless([], [{ ...explanation, seldom: true }])).toEqual([]);
  });
});
