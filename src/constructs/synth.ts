import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiObject, type App, Chart, Names, Yaml } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type ObjectGraph, objectGraph } from './object-graph.ts';

/** One chart's part of a synthesized app. */
export interface SynthesizedChart {
  readonly chart: Chart;
  /** Name of its file, without directory. */
  readonly file: string;
  /** In the order in which they can be applied. */
  readonly objects: readonly ApiObject[];
}

/**
 * Validates the app and orders its charts and objects, once for the whole app: cdk8s's own `App.synth` does both again
 * for each chart, so its cost grows with charts times objects.
 * @throws one error with every message, each with the path of its construct
 */
export function synthesize(app: App): SynthesizedChart[] {
  validateAll(app);
  const graph = objectGraph(app);
  refuseDuplicates(graph.objects);
  const objectsOf = new Map<Chart, ApiObject[]>(app.charts.map((chart) => [chart, []]));
  for (const object of graph.objects) objectsOf.get(Chart.of(object))?.push(object);
  const order = chartDependencies(graph);
  const charts = sortedCharts([...objectsOf.keys()], order);
  const numbered = [...order.values()].some((dependencies) => dependencies.size > 0);
  return charts.map((chart, index) => ({
    chart,
    file: `${numbered ? `${String(index).padStart(4, '0')}-` : ''}${Names.toDnsLabel(chart)}${app.outputFileExtension}`,
    objects: objectsOf.get(chart) ?? [],
  }));
}

/**
 * Writes one YAML file for each chart into the app's output directory; `kubectl apply --server-side -f` takes them in
 * the order of their names.
 * @returns the paths written
 */
export function synthAll(app: App): string[] {
  const charts = synthesize(app);
  mkdirSync(app.outdir, { recursive: true });
  recordPaths(app, charts);
  return charts.map(({ file, objects }) => {
    const path = join(app.outdir, file);
    Yaml.save(
      path,
      objects.map((object) => object.toJson()),
    );
    return path;
  });
}

function validateAll(root: IConstruct): void {
  const errors = root.node
    .findAll()
    .flatMap((construct) => construct.node.validate().map((message) => `[${construct.node.path}] ${message}`));
  if (errors.length > 0) throw new Error(`Validation failed:\n  ${errors.join('\n  ')}`);
}

function refuseDuplicates(objects: readonly ApiObject[]): void {
  const paths = new Map<string, string>();
  for (const object of objects) {
    const identity = [object.apiGroup, object.kind, object.metadata.namespace ?? '', object.name].join('/');
    const other = paths.get(identity);
    if (other !== undefined) {
      const what = `${object.kind} '${object.name}'`;
      throw new Error(`[${object.node.path}] ${what} is also constructed at ${other}: give one of them another name`);
    }
    paths.set(identity, object.node.path);
  }
}

function chartDependencies(graph: ObjectGraph): Map<Chart, Set<Chart>> {
  const order = new Map<Chart, Set<Chart>>();
  for (const [source, targets] of graph.dependencies) {
    const chart = Chart.of(source);
    const dependencies = order.get(chart) ?? new Set<Chart>();
    order.set(chart, dependencies);
    for (const target of targets) if (Chart.of(target) !== chart) dependencies.add(Chart.of(target));
  }
  return order;
}

function sortedCharts(charts: readonly Chart[], order: ReadonlyMap<Chart, ReadonlySet<Chart>>): Chart[] {
  const done = new Set<Chart>();
  const visit = (chart: Chart, path: readonly Chart[]) => {
    if (done.has(chart)) return;
    if (path.includes(chart)) {
      const circle = [...path.slice(path.indexOf(chart)), chart].map((member) => member.node.path);
      throw new Error(
        `Charts depend on each other: ${circle.join(' -> ')}. Move the objects they share into a chart of their own.`,
      );
    }
    for (const dependency of order.get(chart) ?? []) visit(dependency, [...path, chart]);
    done.add(chart);
  };
  for (const chart of charts) visit(chart, []);
  return [...done];
}

/** The cdk8s CLI asks for this file when validations are configured, to name constructs in its report. */
function recordPaths(app: App, charts: readonly SynthesizedChart[]): void {
  if (process.env.CDK8S_RECORD_CONSTRUCT_METADATA !== 'true') return;
  const objects = charts.flatMap((chart) => chart.objects);
  const resources = Object.fromEntries(objects.map((object) => [object.name, { path: object.node.path }]));
  writeFileSync(join(app.outdir, 'construct-metadata.json'), JSON.stringify({ version: '1.0.0', resources }));
}
