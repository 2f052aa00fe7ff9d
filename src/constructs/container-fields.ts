import type { AcceleratorRequest } from './accelerator-request.ts';
import type { ContainerResources, EnvValue } from './k8s.ts';
import { hasAny } from './replica.ts';

/** Name of an accelerator's claim within a pod. */
export const CLAIM = 'accelerator';

/** What every container of a pod gives up, as Pod Security `restricted` asks. */
export const RESTRICTED_CONTAINER = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** Environment variables as the API has them. */
export function environment(variables: Readonly<Record<string, EnvValue>>) {
  return Object.entries(variables).map(([name, { value, valueFrom }]) =>
    valueFrom === undefined ? { name, value: String(value) } : { name, valueFrom: copied(valueFrom as object) },
  );
}

/** What a container asks for, as the API has it; without anything, nothing. */
export function resourceSection(resources: ContainerResources | undefined, accelerator?: AcceleratorRequest) {
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  const { cpu, memory, ephemeralStorage: disk } = resources ?? {};
  if (cpu?.request) requests.cpu = String(cpu.request.amount);
  if (cpu?.limit) limits.cpu = String(cpu.limit.amount);
  if (memory?.request) requests.memory = `${memory.request.toMebibytes()}Mi`;
  if (memory?.limit) limits.memory = `${memory.limit.toMebibytes()}Mi`;
  if (disk?.request) requests['ephemeral-storage'] = `${disk.request.toMebibytes()}Mi`;
  if (disk?.limit) limits['ephemeral-storage'] = `${disk.limit.toMebibytes()}Mi`;
  if (accelerator?.resource) limits[accelerator.resource] = String(accelerator.count);
  Object.assign(limits, accelerator?.besides);
  const section = {
    ...(hasAny(requests) && { requests }),
    ...(hasAny(limits) && { limits }),
    ...(accelerator?.claim && { claims: [{ name: CLAIM }] }),
  };
  return hasAny(section) ? { resources: section } : {};
}

/** A copy that shares nothing, and holds no read-only lists. */
export function copied<T extends object>(value: T) {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
