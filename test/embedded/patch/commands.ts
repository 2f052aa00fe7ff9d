import fc from 'fast-check';
import type { Subject } from './subjects.ts';

type Content = Record<string, unknown>;

/** One write, as a client would ask for it. */
export interface Command {
  readonly type: 'create' | 'apply' | 'put' | 'merge' | 'json' | 'strategic';
  readonly manager: string;
  readonly body: unknown;
  readonly force: boolean;
  readonly subresource?: string;
  /** What a put does with the managed fields that it read. */
  readonly managedFields: 'keep' | 'omit' | 'reset';
}

/** Sequences of writes to one object. */
export function commandsOn(subject: Subject): fc.Arbitrary<readonly Command[]> {
  const { content, strategic, operations, subresources } = subject;
  const withNulls = content.chain((value) => fc.boolean().map((nulls) => (nulls ? nulled(value) : value)));
  const bodies: [Command['type'], fc.Arbitrary<unknown>, number][] = [
    ['apply', content, 6],
    ['put', content, 2],
    ['merge', withNulls, 2],
    ['json', operations, 2],
    ...(subject.custom ? [] : ([['strategic', strategic, 3]] as [Command['type'], fc.Arbitrary<unknown>, number][])),
  ];
  const command = fc.oneof(
    ...bodies.map(([type, body, weight]) => ({
      weight,
      arbitrary: fc.record(
        {
          type: fc.constant(type),
          manager: fc.constantFrom('ann', 'bob', 'cyd', 'kubectl'),
          body,
          force: fc.boolean(),
          subresource: fc.constantFrom(undefined, undefined, ...subresources),
          managedFields: fc.constantFrom('keep', 'keep', 'keep', 'omit', 'reset'),
        },
        { requiredKeys: ['type', 'manager', 'body', 'force', 'managedFields'] },
      ),
    })),
  ) as fc.Arbitrary<Command>;
  return fc.array(command, { minLength: 2, maxLength: 10 });
}

/** Turns every second top-level value of a map's maps into null, so that a patch removes something. */
function nulled(value: Content): Content {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return [key, inner];
      const entries = Object.entries(inner).map(([name, one], index) => [name, index % 2 ? one : null]);
      return [key, Object.fromEntries(entries)];
    }),
  );
}

/** Lays content over other content, maps by key. */
export function overlay(base: unknown, over: unknown): unknown {
  const isMap = (value: unknown): value is Content =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(base) || !isMap(over)) return over === undefined ? base : over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, overlay(base[key], over[key])]));
}
