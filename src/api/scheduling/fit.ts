import type { NodeView, PodView, Requirement, SelectorTerm, Taint, Toleration } from './view.ts';

const BARRING = new Set(['NoSchedule', 'NoExecute']);

/** Why a pod may not run on a node at all, in kube-scheduler's words; undefined when it may. */
export function barrier(pod: PodView, node: NodeView): string | undefined {
  if (node.unschedulable) return 'node(s) were unschedulable';
  const taint = node.taints.find(
    (each) => BARRING.has(each.effect) && !pod.tolerations.some((t) => tolerates(t, each)),
  );
  if (taint) return `node(s) had untolerated taint(s)`;
  if (!selects(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  return undefined;
}

/** The resources of which a node has too little left. */
export function lacking(pod: PodView, free: ReadonlyMap<string, number>): readonly string[] {
  const short: string[] = [];
  for (const [name, amount] of pod.demand) if (amount > 0 && amount > (free.get(name) ?? 0)) short.push(name);
  return short;
}

/** Whether a node has enough left of everything that a pod asks for. */
export function hasRoom(pod: PodView, free: ReadonlyMap<string, number>): boolean {
  for (const [name, amount] of pod.demand) if (amount > 0 && amount > (free.get(name) ?? 0)) return false;
  return true;
}

/** Whether a toleration puts up with a taint. */
export function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (!key) return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
}

function selects(pod: PodView, { name, labels }: NodeView): boolean {
  for (const label in pod.nodeSelector) if (labels[label] !== pod.nodeSelector[label]) return false;
  return pod.affinity.length === 0 || pod.affinity.some((term) => matches(term, name, labels));
}

function matches(term: SelectorTerm, name: string, labels: Readonly<Record<string, string>>): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => holds(requirement, labels[requirement.key])) &&
    matchFields.every((requirement) => requirement.key === 'metadata.name' && holds(requirement, name))
  );
}

function holds({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
