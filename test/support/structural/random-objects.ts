import type { StructuralSchema } from '../../../src/api/structural.ts';
import { compilePattern } from '../../../src/embedded/structural/patterns.ts';

const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'hello-world',
  'UPPER',
  'x y',
  'ünïcode',
  '1',
  '42',
  '-1',
  '10%',
  '500m',
  '2Gi',
  'true',
  'null',
  'a.b',
  'a/b',
  'kubeflow.org',
  'Worker',
  'Master',
  'Always',
  'None',
  'q"uote',
  'tab\t',
  '<b>',
  'https://example.com/a?b=c',
  'example.com',
  '10.0.0.1',
  '::1',
  '10.0.0.0/8',
  '2024-02-29',
  '2023-02-29',
  '2024-01-02T03:04:05Z',
  '2024-01-02T03:04:05.678+02:00',
  '1h30m',
  '90s',
  '3 days',
  'YWJj',
  'YWJ',
  'user@example.com',
  '123e4567-e89b-12d3-a456-426614174000',
  '#ff00ff',
  '01:23:45:67:89:ab',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
];
const NUMBERS = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 60, 64, 100, 101, 255, 256, 1000, -1, -5, 2147483647, 2147483648,
  -2147483649, 4294967296, 0.5, 1.5, 2.25, -0.1, 0.1, 0.3, 1e-7, 1e21, 3.4e38, 1e39, 9007199254740991,
];
const FORMAT_TEXTS: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2024-01-02T03:04:05Z', '2024-01-02T03:04:05.678+02:00'],
  date: ['2024-02-29', '2023-12-31'],
  duration: ['1h30m', '90s', '300ms'],
  byte: ['YWJj', 'YWI='],
};

type Json = unknown;

/** Makes values for a schema: mostly fitting ones, sometimes not. */
export class RandomObjects {
  private readonly random: () => number;
  /** How often something is made wrong on purpose, from 0 to 1. */
  private readonly malice: number;

  constructor(random: () => number, malice: number) {
    this.random = random;
    this.malice = malice;
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)]!;
  }

  private below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  value(schema: StructuralSchema, depth = 0): Json {
    if (this.chance(this.malice)) return this.anything(depth);
    if (schema.nullable === true && this.chance(0.15)) return null;
    if (schema.enum && !this.chance(this.malice)) return this.pick(schema.enum);
    if (schema.default !== undefined && this.chance(0.2)) return schema.default;
    if (schema['x-kubernetes-int-or-string'] === true) {
      return this.chance(0.5)
        ? this.pick(NUMBERS.filter(Number.isInteger).filter((n) => Math.abs(n) < 1e15))
        : this.pick(['500m', '2Gi', '10%', '1', '42']);
    }
    switch (schema.type) {
      case 'string':
        return this.text(schema);
      case 'integer':
        return this.number(
          schema,
          NUMBERS.filter((n) => Number.isInteger(n) && Math.abs(n) < 2 ** 53),
        );
      case 'number':
        return this.number(schema, NUMBERS);
      case 'boolean':
        return this.chance(0.5);
      case 'array':
        return this.list(schema, depth);
      case 'object':
        return this.object(schema, depth);
      default:
        return this.anything(depth);
    }
  }

  private text(schema: StructuralSchema): string {
    const fitting = FORMAT_TEXTS[String(schema.format)];
    if (fitting && !this.chance(this.malice * 3)) return this.pick(fitting);
    const matches = schema.pattern === undefined ? undefined : compilePattern(String(schema.pattern));
    const words = TEXTS.filter(
      (text) =>
        (!matches || matches(text)) &&
        [...text].length <= Number(schema.maxLength ?? 1000) &&
        [...text].length >= Number(schema.minLength ?? 0),
    );
    return words.length > 0 && !this.chance(this.malice * 2) ? this.pick(words) : this.pick(TEXTS);
  }

  private number(schema: StructuralSchema, choices: readonly number[]): number {
    const fitting = choices.filter(
      (n) =>
        n >= Number(schema.minimum ?? -Infinity) &&
        n <= Number(schema.maximum ?? Infinity) &&
        (schema.multipleOf === undefined || n % Number(schema.multipleOf) === 0),
    );
    return fitting.length > 0 && !this.chance(this.malice * 2) ? this.pick(fitting) : this.pick(choices);
  }

  private list(schema: StructuralSchema, depth: number): Json[] {
    const least = Number(schema.minItems ?? 0);
    const length = this.chance(this.malice) ? this.below(12) : Math.max(least, this.below(depth > 4 ? 2 : 4));
    const items = Array.from({ length }, () => this.value(schema.items ?? {}, depth + 1));
    if (items.length > 1 && this.chance(0.05)) items.push(items[0]);
    return items;
  }

  private object(schema: StructuralSchema, depth: number): Json {
    const made: Record<string, Json> = {};
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      const wanted = schema.required?.includes(name) ? !this.chance(this.malice) : this.chance(depth > 4 ? 0.2 : 0.55);
      if (wanted) made[name] = this.value(child, depth + 1);
      else if (this.chance(0.02)) made[name] = null;
    }
    if (schema['x-kubernetes-embedded-resource'] === true && !this.chance(this.malice)) {
      Object.assign(made, {
        apiVersion: this.pick(['v1', 'apps/v1', '']),
        kind: this.pick(['Pod', 'Deployment', '9x']),
      });
      if (this.chance(0.7)) made.metadata = this.metadata();
    }
    const further = schema.additionalProperties as StructuralSchema | boolean | undefined;
    if (further) {
      const count = this.below(3);
      for (let i = 0; i < count; i++) {
        made[this.pick(['Worker', 'Master', 'a', 'b-c', 'x.y/z', 'cpu'])] = this.value(
          typeof further === 'object' ? further : {},
          depth + 1,
        );
      }
    }
    if (this.chance(0.05)) made[this.pick(['stranger', 'metadata', 'kind', 'x-y'])] = this.anything(depth + 3);
    return made;
  }

  metadata(): Record<string, Json> {
    return {
      ...(this.chance(0.8) ? { name: this.pick(['obj', 'Bad_Name', 'a.b', '']) } : {}),
      ...(this.chance(0.3)
        ? { labels: { [this.pick(['app', 'bad key', 'a/b/c', 'x.y/z'])]: this.pick(['v', 'bad value!', '']) } }
        : {}),
      ...(this.chance(0.2) ? { annotations: { [this.pick(['note', '/x', 'UPPER'])]: 'any thing' } } : {}),
      ...(this.chance(0.1) ? { finalizers: [this.pick(['example.com/f', 'bad name', 'plain'])] } : {}),
      ...(this.chance(0.1) ? { stranger: 1 } : {}),
    };
  }

  anything(depth: number): Json {
    const kinds = depth > 5 ? 4 : 7;
    switch (this.below(kinds)) {
      case 0:
        return this.pick(TEXTS);
      case 1:
        return this.pick(NUMBERS);
      case 2:
        return this.chance(0.5);
      case 3:
        return null;
      case 4:
        return Array.from({ length: this.below(3) }, () => this.anything(depth + 2));
      default:
        return Object.fromEntries(
          Array.from({ length: this.below(3) }, () => [
            this.pick(['a', 'b', 'name', 'stranger', 'spec']),
            this.anything(depth + 2),
          ]),
        );
    }
  }

  /** The value with one to three places changed. */
  mutated(value: Json, schema: StructuralSchema): Json {
    let result = value;
    for (let i = 1 + this.below(3); i > 0; i--) result = this.changed(result, schema, 0);
    return result;
  }

  private changed(value: Json, schema: StructuralSchema | undefined, depth: number): Json {
    if (Array.isArray(value) && value.length > 0 && this.chance(0.85)) return this.changedList(value, schema, depth);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && this.chance(depth === 0 ? 1 : 0.9)) {
      return this.changedObject(value as Record<string, Json>, schema, depth);
    }
    return schema && this.chance(0.7) ? this.value(schema, depth) : this.anything(depth);
  }

  private changedList(value: readonly Json[], schema: StructuralSchema | undefined, depth: number): Json {
    const at = this.below(value.length);
    const kind = this.below(5);
    if (kind === 0) return value.filter((_item, index) => index !== at);
    if (kind === 1) return [...value, schema?.items ? this.value(schema.items, depth + 1) : this.anything(depth + 1)];
    if (kind === 2) return [...value].reverse();
    return value.map((item, index) => (index === at ? this.changed(item, schema?.items, depth + 1) : item));
  }

  private changedObject(value: Record<string, Json>, schema: StructuralSchema | undefined, depth: number): Json {
    const names = [...new Set([...Object.keys(value), ...Object.keys(schema?.properties ?? {})])];
    if (names.length === 0) return this.chance(0.5) ? value : { stranger: this.anything(depth + 1) };
    const name = this.pick(names);
    const further = schema?.additionalProperties;
    const child = schema?.properties?.[name] ?? (typeof further === 'object' ? further : undefined);
    if (!Object.hasOwn(value, name))
      return { ...value, [name]: child ? this.value(child, depth + 1) : this.anything(depth + 1) };
    if (this.chance(0.15)) {
      const { [name]: _gone, ...rest } = value;
      return rest;
    }
    return { ...value, [name]: this.changed(value[name], child, depth + 1) };
  }
}
