import type { Service } from '../pod-types.ts';

/** `NAME_SERVICE_HOST` and its kin, for each Service that has an address. */
export function serviceVariables(
  services: Iterable<Service>,
  addressOf: (service: Service) => string | undefined,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const service of services) {
    const address = addressOf(service);
    const ports = service.spec?.ports ?? [];
    const first = ports[0];
    if (address === undefined || !first) continue;
    const prefix = (service.metadata.name ?? '').toUpperCase().replaceAll('-', '_');
    variables[`${prefix}_SERVICE_HOST`] = address;
    variables[`${prefix}_SERVICE_PORT`] = String(first.port);
    variables[`${prefix}_PORT`] = `${protocolOf(first.protocol)}://${address}:${first.port}`;
    for (const { name, port, protocol } of ports) {
      if (name) variables[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port);
      const transport = protocolOf(protocol);
      const one = `${prefix}_PORT_${port}_${transport.toUpperCase()}`;
      variables[one] = `${transport}://${address}:${port}`;
      variables[`${one}_PROTO`] = transport;
      variables[`${one}_PORT`] = String(port);
      variables[`${one}_ADDR`] = address;
    }
  }
  return variables;
}

const protocolOf = (protocol = 'TCP'): string => protocol.toLowerCase();
