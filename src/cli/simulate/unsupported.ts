type Fields = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
const HARD = 'requiredDuringSchedulingIgnoredDuringExecution';

/**
 * What a pod asks of a scheduler that this one does not know: placing it anyway would tell something wrong. Preferences
 * only change which of several good places it gets, and are passed over.
 */
export function unsupportedFields(spec: Fields): readonly string[] {
  const affinity = (spec.affinity ?? {}) as Readonly<Record<string, Fields | undefined>>;
  const problems = [
    ...['podAffinity', 'podAntiAffinity']
      .filter((name) => list(affinity[name]?.[HARD]).length > 0)
      .map((name) => `spec.affinity.${name}.${HARD}`),
    ...(list(spec.topologySpreadConstraints).some((each) => each.whenUnsatisfiable === 'DoNotSchedule')
      ? ['spec.topologySpreadConstraints with DoNotSchedule']
      : []),
    ...(list(spec.resourceClaims).length > 0 ? ['spec.resourceClaims'] : []),
    ...(list(spec.schedulingGates).length > 0 ? ['spec.schedulingGates'] : []),
    ...(spec.nodeName ? ['spec.nodeName'] : []),
    ...(list(spec.containers).some(({ ports }) => list(ports).some(({ hostPort }) => hostPort)) ? ['hostPort'] : []),
    ...(spec.schedulerName && spec.schedulerName !== 'default-scheduler'
      ? [`spec.schedulerName ${spec.schedulerName}`]
      : []),
  ];
  return problems.map((field) => `${field} is not simulated; remove it from the copy that you simulate`);
}
