import { type JsonObject, objectsOf } from '../../api/json.ts';

const HARD = 'requiredDuringSchedulingIgnoredDuringExecution';

/**
 * What a pod asks of a scheduler that this one does not know: placing it anyway would tell something wrong. Preferences
 * only change which of several good places it gets, and are passed over.
 */
export function unsupportedFields(spec: JsonObject): readonly string[] {
  const affinity = (spec.affinity ?? {}) as Readonly<Record<string, JsonObject | undefined>>;
  const problems = [
    ...['podAffinity', 'podAntiAffinity']
      .filter((name) => objectsOf(affinity[name]?.[HARD]).length > 0)
      .map((name) => `spec.affinity.${name}.${HARD}`),
    ...(objectsOf(spec.topologySpreadConstraints).some((each) => each.whenUnsatisfiable === 'DoNotSchedule')
      ? ['spec.topologySpreadConstraints with DoNotSchedule']
      : []),
    ...(objectsOf(spec.resourceClaims).length > 0 ? ['spec.resourceClaims'] : []),
    ...(objectsOf(spec.schedulingGates).length > 0 ? ['spec.schedulingGates'] : []),
    ...(spec.nodeName ? ['spec.nodeName'] : []),
    ...(objectsOf(spec.containers).some(({ ports }) => objectsOf(ports).some(({ hostPort }) => hostPort))
      ? ['hostPort']
      : []),
    ...(spec.schedulerName && spec.schedulerName !== 'default-scheduler'
      ? [`spec.schedulerName ${spec.schedulerName}`]
      : []),
  ];
  return problems.map((field) => `${field} is not simulated; remove it from the copy that you simulate`);
}
