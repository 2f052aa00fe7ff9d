import { EVENT } from '../../../src/api/kinds.ts';
import { CORE_EVENT } from '../../../src/embedded/builtin/kinds.ts';
import { anyCall } from './any-call.ts';
import type { Call, Sequence } from './calls.ts';
import { created, subjectOf, times } from './draw.ts';
import { WIDGET } from './fixtures.ts';
import { JOBS } from './job-subject.ts';
import { namespaces } from './namespaces.ts';
import { owners } from './owners.ts';
import { podCall, scaleCall } from './part-calls.ts';
import { PODS } from './pod-subject.ts';
import { limits, quota } from './quotas.ts';
import { Choices } from './random.ts';
import { SUBJECTS } from './subjects.ts';

type Theme = 'objects' | 'jobs' | 'pods' | 'owners' | 'quota' | 'limits' | 'namespace' | 'scale';

const THEMES: readonly (readonly [number, Theme])[] = [
  [47, 'objects'],
  [8, 'jobs'],
  [20, 'pods'],
  [8, 'owners'],
  [5, 'quota'],
  [4, 'limits'],
  [1, 'namespace'],
  [7, 'scale'],
];

/** The sequence of a seed and a number: always the same. */
export function sequenceOf(seed: number, index: number): Sequence {
  const choices = new Choices(seed, index);
  const theme = choices.weighted(THEMES);
  return { id: `${seed}:${index}`, theme, calls: WRITERS[theme](choices) };
}

const WRITERS: Readonly<Record<Theme, (choices: Choices) => Call[]>> = {
  objects: (c) => {
    const first = c.pick(SUBJECTS);
    const second = c.pick(SUBJECTS);
    // An Event is written through one of its faces, and read through both.
    const isEvent = first.kind.kind === 'Event';
    const subjects = [first, ...(c.chance(0.3) && !(isEvent && second.kind.kind === 'Event') ? [second] : [])];
    const calls = times(6 + c.int(16), () => anyCall(c, c.pick(subjects)));
    if (!isEvent) return calls;
    const other = first.kind === EVENT ? CORE_EVENT : EVENT;
    return [...calls, { verb: 'list', kind: other }, { verb: 'get', kind: other, name: 'a' }];
  },
  pods: (c) => {
    const start = created(c, PODS, 'a');
    return [start, ...times(6 + c.int(14), () => (c.chance(0.35) ? podCall(c) : anyCall(c, PODS)))];
  },
  jobs: (c) => [created(c, JOBS, 'a'), ...times(6 + c.int(16), () => anyCall(c, JOBS))],
  owners,
  quota,
  limits,
  namespace: namespaces,
  scale: (c) => {
    const widgets = subjectOf(WIDGET.plural);
    return [
      created(c, widgets, 'a'),
      ...times(8 + c.int(8), () => (c.chance(0.5) ? scaleCall(c) : anyCall(c, widgets))),
    ];
  },
};
