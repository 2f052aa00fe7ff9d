import { describe, expect, test } from '@jest/globals';
import { readAudit } from '../support/audit-log.ts';
import { grants } from '../support/generated-rules.ts';
import { usePlatform } from '../support/platform.ts';

const platform = usePlatform({ controller: false });

/** Never seen in an audit log: the right to give a role to others, which is checked when a binding is created. */
const ASKED_BY_RBAC = ['bind rbac.authorization.k8s.io/clusterroles'];

/**
 * Never seen in an audit log: where the admission plug-in OwnerReferencesPermissionEnforcement is on (OpenShift), an
 * object with a blocking owner reference is refused to those who may not update the owner's finalizers.
 */
const CHECKED_BY_ADMISSION = /\/finalizers$/;

/** Reads the audit log of all integration tests before it, and therefore runs last. */
describe('least privilege over the whole run', () => {
  test('no request of the controller was forbidden', async () => {
    const requests = await readAudit(platform.cluster.auditLog);
    const own = requests.filter((request) => request.user === platform.identity.user);
    expect(own.length).toBeGreaterThan(0);
    expect(
      own
        .filter((request) => request.code === 403 && !isNamespaceEnding(request))
        .map(({ verb, group, resource, name }) => `${verb} ${group}/${resource} ${name}`),
    ).toEqual([]);
  });

  test('every granted verb was used', async () => {
    const requests = await readAudit(platform.cluster.auditLog);
    const used = new Set(
      requests
        .filter((request) => request.user === platform.identity.user && request.code < 400)
        .map(({ verb, group, resource }) => `${verb} ${group ? `${group}/` : ''}${resource}`),
    );
    const unseen = grants().filter((grant) => !used.has(grant) && !ASKED_BY_RBAC.includes(grant));
    expect(unseen.filter((grant) => !CHECKED_BY_ADMISSION.test(grant))).toEqual([]);
  });
});

/** Creating in a namespace that is being deleted is answered with 403 too, and is no lack of privilege. */
function isNamespaceEnding(request: { message: string }): boolean {
  return request.message.includes('because it is being terminated');
}
