import { type Difference, differences } from './compare.ts';
import type { Sightings } from './side.ts';

/** A difference, and the scenario it was found in. */
export interface Found extends Difference {
  readonly scenario: string;
  /** How many acts had been played. */
  readonly round: number;
}

/** Why a difference is meant, and where docs/differences.md says so. */
export interface Explanation {
  /** Of docs/differences.md. */
  readonly heading: string;
  /** Words that stand under that heading, so that the very place is found. */
  readonly words: string;
  /** Hangs on timing inside the peer: not every run shows it. */
  readonly seldom?: true;
  covers(found: Found): boolean;
}

/** Every difference between two records of the same scenarios. */
export function found(peer: Sightings, ours: Sightings): Found[] {
  return Object.keys(peer).flatMap((scenario) =>
    (peer[scenario] ?? []).flatMap((view, round) =>
      differences(view, ours[scenario]?.[round]).map((difference) => ({ scenario, round, ...difference })),
    ),
  );
}

/** Those that nothing explains, as text. */
export function unexplained(all: readonly Found[], explanations: readonly Explanation[]): string[] {
  return all
    .filter((difference) => !explanations.some((explanation) => explanation.covers(difference)))
    .map(
      ({ scenario, round, path, peer, ours }) =>
        `${scenario} after ${round} acts, ${path.join(' / ')}: upstream ${JSON.stringify(peer)}, here ${JSON.stringify(ours)}`,
    );
}

/** Explanations that explain nothing; those that hang on timing are not asked. */
export function needless(all: readonly Found[], explanations: readonly Explanation[]): string[] {
  return explanations
    .filter((explanation) => !explanation.seldom && !all.some((difference) => explanation.covers(difference)))
    .map(({ heading, words }) => `${heading}: ${words}`);
}
