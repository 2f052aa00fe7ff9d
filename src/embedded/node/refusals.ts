import type { Container, Pod, Probe } from './pod-types.ts';

/** What a pod asks for that processes cannot give, and what to use instead; undefined when there is nothing. */
export function refusalOf({ spec }: Pod): string | undefined {
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    const refusal = containerRefusal(container);
    if (refusal) return `container "${container.name}": ${refusal}`;
  }
  return undefined;
}

function containerRefusal(container: Container): string | undefined {
  const probes: readonly (readonly [string, Probe | undefined])[] = [
    ['startupProbe', container.startupProbe],
    ['readinessProbe', container.readinessProbe],
    ['livenessProbe', container.livenessProbe],
  ];
  const grpc = probes.find(([, probe]) => probe?.grpc);
  if (grpc) return `a node of processes has no grpc probes (${grpc[0]}); use httpGet, tcpSocket or exec`;
  if (container.volumeDevices?.length) return 'a node of processes has no block devices; use volumeMounts';
  return undefined;
}
