import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { CURVE_KEYS_TYPE, SSH_KEYS_TYPE } from '../api/labels.ts';
import { MPI_LAUNCHER_ROLE } from '../api/mpi-defaults.ts';
import { k8s } from './k8s.ts';
import { CONTROLLER_LABELS } from './platform-labels.ts';

export interface MpiLaunchersProps {
  /** The controller's namespace, where it keeps what is its own. */
  readonly namespace: string;
  /** Name of the controller's service account. */
  readonly account: string;
}

/** A service account as the API server calls it. */
export const controllerUser = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

const ADMISSION = 'admissionregistration.k8s.io/v1';
const GRANTS_POLICY = 'armature-controller-grants';
const POD_OF_TOKEN = 'authentication.kubernetes.io/pod-name';

/** Marks who has the role: nothing is served there. */
const MARK = { group: 'kubeflow.org', resource: 'mpijobs', subresource: 'workers', verb: 'launch' } as const;

interface Policy {
  readonly name: string;
  readonly rules: readonly object[];
  /** CEL: requests that the policy is about, by name. */
  readonly about: Readonly<Record<string, string>>;
  /** CEL: what they must fulfil, and what the one is told who does not. */
  readonly demands: readonly (readonly [expression: string, message: string])[];
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * What launchers of MPIJobs by exec may do. Roles alone cannot say "the workers of one's own job" unless the controller
 * makes one for each job, and so holds every right that it gives away, for every pod of the cluster. Here it may bind one role
 * only, and admission confines whoever has it. Needs Kubernetes 1.30.
 */
export class MpiLaunchers extends Construct {
  constructor(scope: Construct, id: string, props: MpiLaunchersProps) {
    super(scope, id);
    new k8s.KubeClusterRole(this, 'Resource', {
      metadata: { name: MPI_LAUNCHER_ROLE, labels: CONTROLLER_LABELS },
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
        // kubectl opens the connection with GET since 1.31, and with POST before.
        { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
        { apiGroups: [MARK.group], resources: [`${MARK.resource}/${MARK.subresource}`], verbs: [MARK.verb] },
      ],
    });
    this.policy('Exec', EXEC_POLICY);
    this.policy('Grants', grantsPolicy(props));
  }

  private policy(id: string, { name, rules, about, demands, variables }: Policy): void {
    const metadata = { name, labels: CONTROLLER_LABELS };
    const named = (expressions: Readonly<Record<string, string>>) =>
      Object.entries(expressions).map(([key, expression]) => ({ name: key, expression }));
    new ApiObject(this, `${id}Policy`, {
      apiVersion: ADMISSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: rules },
        matchConditions: named(about),
        ...(variables && { variables: named(variables) }),
        validations: demands.map(([expression, message]) => ({ expression, message, reason: 'Forbidden' })),
      },
    });
    new ApiObject(this, `${id}Binding`, {
      apiVersion: ADMISSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: name, validationActions: ['Deny'] },
    });
  }
}

const allowed = (resource: string, subresource: string, verb: string, group = ''): string =>
  `authorizer.group('${group}').resource('${resource}').subresource('${subresource}')` +
  `.namespace(request.namespace).check('${verb}').allowed()`;

/**
 * Whoever has the role may exec from a launcher only, and only into the workers of the same job. The token tells the pod
 * it was made for. Accounts that may attach to any pod by a right of their own (`edit`, `admin`) are not held back.
 */
const EXEC_POLICY: Policy = {
  name: MPI_LAUNCHER_ROLE,
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] }],
  about: {
    accounts: "request.userInfo.username.startsWith('system:serviceaccount:')",
    launchers: allowed(MARK.resource, MARK.subresource, MARK.verb, MARK.group),
    confined: `!${allowed('pods', 'attach', 'create')}`,
  },
  variables: {
    pods: `has(request.userInfo.extra) && '${POD_OF_TOKEN}' in request.userInfo.extra ? request.userInfo.extra['${POD_OF_TOKEN}'] : []`,
    jobs: "variables.pods.filter(pod, pod.endsWith('-launcher')).map(pod, pod.substring(0, size(pod) - size('-launcher')))",
  },
  demands: [
    [
      "variables.jobs.exists(job, request.name.startsWith(job + '-worker-') && request.name.substring(size(job + '-worker-')).matches('^[0-9]+$'))",
      'the launcher of an MPIJob may start processes in the workers of its own job only',
    ],
  ],
};

/** Of what would give rights or identities away, the controller may create what a job needs, and nothing else outside of its namespace. */
const grantsPolicy = ({ namespace, account }: MpiLaunchersProps): Policy => {
  const where = (resource: string, expression: string) =>
    `request.resource.resource != '${resource}' || (${expression})`;
  return {
    name: GRANTS_POLICY,
    rules: [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['rolebindings'],
      },
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets', 'serviceaccounts'] },
    ],
    about: {
      controller: `request.userInfo.username == '${controllerUser(namespace, account)}'`,
      elsewhere: `request.namespace != '${namespace}'`,
    },
    demands: [
      [
        "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, has(o.controller) && o.controller && o.apiVersion.matches('^(trainer[.])?kubeflow[.]org/'))",
        'the controller creates roles, accounts and keys for jobs only',
      ],
      [
        where(
          'rolebindings',
          `object.roleRef.kind == 'ClusterRole' && object.roleRef.name == '${MPI_LAUNCHER_ROLE}' && has(object.subjects) && object.subjects.size() == 1 && object.subjects.all(s, s.kind == 'ServiceAccount' && s.namespace == request.namespace)`,
        ),
        `the controller binds ${MPI_LAUNCHER_ROLE} to one service account of the same namespace, and nothing else`,
      ],
      [
        where('serviceaccounts', "object.metadata.name.endsWith('-launcher')"),
        'the controller creates service accounts for the launchers of jobs only',
      ],
      [
        where('secrets', `object.type in ['${SSH_KEYS_TYPE}', '${CURVE_KEYS_TYPE}']`),
        'the controller creates Secrets with keys for ssh or Flux only',
      ],
    ],
  };
};
