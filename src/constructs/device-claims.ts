import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { AcceleratorRequest, DeviceClaim } from './accelerator-request.ts';
import type { JobContext } from './job-context.ts';
import type { ResolvedRole } from './roles.ts';

/** Name of the template that a role's claims are made from. */
export function claimTemplateName({ jobName }: JobContext, type: string): string {
  return [...(jobName ? [jobName] : []), type.toLowerCase(), 'accelerator'].join('-');
}

/** The ResourceClaimTemplates of a job: one for each role whose accelerator is claimed. */
export function addClaimTemplates(
  scope: Construct,
  roles: readonly ResolvedRole[],
  context: JobContext,
  namespace: string | undefined,
): ApiObject[] {
  return roles.flatMap(({ type, props }) => {
    const request: AcceleratorRequest | undefined = props.accelerator?.on(context.platform);
    const claim = request?.claim;
    if (!claim) return [];
    return [
      new ApiObject(scope, `${type}Claim`, {
        apiVersion: 'resource.k8s.io/v1',
        kind: 'ResourceClaimTemplate',
        metadata: { name: claimTemplateName(context, type), ...(namespace && { namespace }) },
        spec: { spec: { devices: devicesOf(claim) } },
      }),
    ];
  });
}

function devicesOf({ deviceClass, count, selector }: DeviceClaim) {
  const exactly = {
    deviceClassName: deviceClass,
    ...(count > 1 && { count }),
    ...(selector && { selectors: [{ cel: { expression: selector } }] }),
  };
  return { requests: [{ name: 'accelerator', exactly }] };
}
