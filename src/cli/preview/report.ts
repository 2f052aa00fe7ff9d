import { type Condition, type KubeObject, keyOf } from '../../api/kube.ts';
import type { Act } from './rehearsal.ts';

/** What `armature preview` found out about one object. */
export interface ObjectPreview {
  readonly object: KubeObject;
  /** Why an API server would refuse it; then nothing was rehearsed. */
  readonly problems: readonly string[];
  readonly acts: readonly Act[];
  /** The object that it was created for, such as `TrainJob tune`. @default - it was written by the user */
  readonly from?: string;
}

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
}
interface PodTemplate {
  readonly spec?: { readonly containers?: readonly Container[] };
}
type Quantities = Readonly<Record<string, string | number>>;

const ASSUMPTION: Readonly<Record<Act['name'], string>> = {
  created: 'creates',
  running: 'once its pods run',
  succeeded: 'once its pods have succeeded',
};

/** For people. */
export function textReport(previews: readonly ObjectPreview[], skipped: number): string {
  const blocks = previews.map(objectText);
  if (skipped > 0) blocks.push(`Other objects, applied as they are: ${skipped}.`);
  return `${blocks.join('\n\n')}\n`;
}

/** For programs: one JSON object. */
export function jsonReport(previews: readonly ObjectPreview[], skipped: number): string {
  const objects = previews.map(({ object, problems, acts, from }) => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name: object.metadata.name, namespace: object.metadata.namespace ?? 'default' },
    problems,
    acts,
    ...(from !== undefined && { createdFor: from }),
  }));
  return `${JSON.stringify({ objects, skipped })}\n`;
}

function objectText({ object, problems, acts, from }: ObjectPreview): string {
  const name = `${object.kind} ${keyOf({ namespace: 'default', ...object.metadata })}`;
  const title = from === undefined ? name : `${name}, created for ${from}`;
  if (problems.length > 0) return [title, ...problems.map((problem) => `  refused: ${problem}`)].join('\n');
  return [title, ...acts.flatMap(actLines)].join('\n');
}

function actLines(act: Act): string[] {
  const lines = [
    ...act.creates.flatMap((child) => childLines(child)),
    ...act.deletes.map((child) => `deletes ${child.kind} ${child.metadata.name}`),
    ...act.events.map(({ type, reason, message }) => `event ${type} ${reason}: ${message}`),
    ...conditionLines(act.status),
    ...(act.wakeAt === undefined
      ? []
      : [`looks again after ${Math.max(0, Math.round((act.wakeAt - act.now) / 1000))} s`]),
    ...(act.removesSelf ? ['deletes the object itself'] : []),
  ];
  return [`  ${ASSUMPTION[act.name]}`, ...lines.map((line) => `    ${line}`)];
}

function childLines(child: KubeObject): string[] {
  const head = `${child.kind} ${child.metadata.name}`;
  const spec = (child.spec ?? {}) as {
    readonly containers?: readonly Container[];
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  };
  if (child.kind === 'Service') {
    const ports = (spec.ports ?? []).map(({ name, port }) => (name ? `${name}:${port}` : String(port)));
    return [[head, spec.clusterIP === 'None' ? '(headless)' : '', ports.join(' ')].filter(Boolean).join(' ')];
  }
  if (child.kind === 'Job') {
    const { parallelism = 1, template } = spec as { readonly parallelism?: number; readonly template?: PodTemplate };
    const pods = `${head} of ${parallelism} pod${parallelism === 1 ? '' : 's'}`;
    return [pods, ...(template?.spec?.containers ?? []).flatMap(containerLines)];
  }
  return [head, ...(spec.containers ?? []).flatMap(containerLines)];
}

function containerLines(container: Container): string[] {
  const { requests = {}, limits = {} } = container.resources ?? {};
  return [
    `  container ${container.name}: ${container.image ?? 'no image'}`,
    ...quantities('requests', requests),
    ...quantities('limits', limits),
    ...(container.env ?? []).map(({ name, value }) => `    ${name}=${value ?? '(from a reference)'}`),
  ];
}

function quantities(title: string, values: Quantities): string[] {
  const entries = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return entries.length > 0 ? [`    ${title} ${entries.join(' ')}`] : [];
}

function conditionLines(status: unknown): string[] {
  const { conditions = [] } = (status ?? {}) as {
    readonly conditions?: readonly Condition[];
  };
  const held = conditions.filter((condition) => condition.status === 'True');
  return held.length > 0
    ? [`status ${held.map(({ type, reason }) => (reason ? `${type} (${reason})` : type)).join(', ')}`]
    : [];
}
