import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { synthAll, synthesize } from '../../src/constructs/index.ts';

const config = (chart: Chart, id: string, namespace?: string) =>
  new ApiObject(chart, id, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: id, ...(namespace && { namespace }) },
  });
const ids = (objects: readonly ApiObject[]) => objects.map((object) => object.node.id);

describe('synthesize', () => {
  test('orders objects by what they depend on, charts too', () => {
    const app = Testing.app();
    const late = new Chart(app, 'late');
    const early = new Chart(app, 'early');
    const a = config(late, 'a');
    const b = config(late, 'b');
    const c = config(early, 'c');
    a.node.addDependency(b);
    b.node.addDependency(c);
    expect(synthesize(app).map(({ file, objects }) => [file, ids(objects)])).toEqual([
      ['0000-early.k8s.yaml', ['c']],
      ['0001-late.k8s.yaml', ['b', 'a']],
    ]);
  });

  test('does not number charts that are independent', () => {
    const app = Testing.app();
    config(new Chart(app, 'one'), 'a');
    expect(synthesize(app).map(({ file }) => file)).toEqual(['one.k8s.yaml']);
  });

  test('reports every problem at once, each with its construct', () => {
    const app = Testing.app();
    const chart = new Chart(app, 'chart');
    for (const id of ['a', 'b']) config(chart, id).node.addValidation({ validate: () => [`${id} is wrong`] });
    expect(() => synthesize(app)).toThrow('[chart/a] a is wrong\n  [chart/b] b is wrong');
  });

  test('refuses to construct one object twice', () => {
    const app = Testing.app();
    config(new Chart(app, 'one'), 'same', 'team');
    config(new Chart(app, 'two'), 'same', 'team');
    expect(() => synthesize(app)).toThrow("[two/same] ConfigMap 'same' is also constructed at one/same");
  });

  test('refuses charts that depend on each other', () => {
    const app = Testing.app();
    const [one, two] = [new Chart(app, 'one'), new Chart(app, 'two')];
    const [a, b, c, d] = [config(one, 'a'), config(two, 'b'), config(two, 'c'), config(one, 'd')];
    a!.node.addDependency(b!);
    c!.node.addDependency(d!);
    expect(() => synthesize(app)).toThrow('one -> two -> one');
  });

  test('validates each construct once, however many charts there are', () => {
    const app = Testing.app();
    let validations = 0;
    for (let index = 0; index < 20; index++) {
      const object = config(new Chart(app, `chart-${index}`), 'object', `team-${index}`);
      object.node.addValidation({
        validate: () => {
          validations++;
          return [];
        },
      });
    }
    expect(synthesize(app)).toHaveLength(20);
    expect(validations).toBe(20);
  });
});

test('synthAll writes one file for each chart', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  const app = new App({ outdir });
  config(new Chart(app, 'one'), 'a');
  const [path] = synthAll(app);
  expect(readFileSync(path!, 'utf8')).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n');
});
