import { describe, expect, test } from '@jest/globals';
import { ApiObject, Chart, JsonPatch, Size, Testing } from 'cdk8s';
import { PYTORCH_JOB } from '../../src/api/index.ts';
import { GangScheduler, MlPlatform, type MlPlatformProps } from '../../src/constructs/index.ts';
import { installedApi } from '../../src/constructs/installed-api.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

function platform(props?: MlPlatformProps) {
  const chart = new Chart(Testing.app(), 'test');
  const construct = new MlPlatform(chart, 'Platform', props);
  return { construct, manifests: () => Testing.synth(chart) as Manifest[] };
}

function named(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
}

/** What follows from the schemas and the domains has tests of its own. */
const withoutGenerated = (manifests: readonly Manifest[]) =>
  manifests.filter(
    ({ kind, metadata }) =>
      kind !== 'CustomResourceDefinition' && !(kind === 'ClusterRole' && metadata.name === 'armature-controller'),
  );

describe('MlPlatform', () => {
  test('minimal', () => {
    expect(withoutGenerated(platform({ version: '1.2.3' }).manifests())).toMatchSnapshot();
  });

  test('full', () => {
    const { manifests } = platform({
      image: 'registry.example.org/armature:7',
      namespace: 'ml',
      replicas: 2,
      resources: { memory: { limit: Size.gibibytes(1) } },
      controllerArgs: ['--kube-api-qps', '100'],
      apiServerPorts: [16443],
      serviceMonitor: true,
    });
    const kinds = ['Deployment', 'ServiceMonitor', 'NetworkPolicy'];
    expect(manifests().filter(({ kind }) => kinds.includes(kind))).toMatchSnapshot();
  });

  test('without progress there is no server, and no Secret that the controller may read', () => {
    const manifests = platform({ progress: false }).manifests();
    expect(manifests.map(({ metadata }) => metadata.name)).not.toContain('armature-progress');
    expect(JSON.stringify(withoutGenerated(manifests))).not.toContain('10443');
    const rules = manifests.flatMap(
      (manifest) => (manifest as { rules?: { resources: string[]; verbs: string[] }[] }).rules ?? [],
    );
    expect(rules.filter(({ resources }) => resources.includes('secrets')).map(({ verbs }) => verbs)).toEqual([
      ['create'],
    ]);
  });

  test('can be labelled as another is: for those who look for its pods by name', () => {
    const podLabels = { 'app.kubernetes.io/name': 'kubeflow-trainer' };
    const manifests = platform({ namespace: 'kubeflow-system', podLabels }).manifests();
    const deployment = named(manifests, 'Deployment', 'armature-controller') as unknown as {
      spec: { selector: { matchLabels: Record<string, string> }; template: { metadata: { labels: object } } };
    };
    const { labels } = deployment.spec.template.metadata;
    expect(labels).toMatchObject(podLabels);
    const selectors = manifests.flatMap(({ kind, spec }) => {
      const { selector, podSelector } = (spec ?? {}) as Record<string, { matchLabels?: object }>;
      if (kind === 'NetworkPolicy') return podSelector?.matchLabels ?? [];
      return selector?.matchLabels ?? selector ?? [];
    });
    expect(selectors.length).toBeGreaterThanOrEqual(5);
    for (const selector of selectors) expect(labels).toMatchObject(selector);
    const taken = { 'app.kubernetes.io/component': 'mine' };
    expect(() => platform({ podLabels: taken })).toThrow("'podLabels' must not set app.kubernetes.io/component");
  });

  test('its default child is the namespace', () => {
    const { construct } = platform();
    expect(ApiObject.of(construct).kind).toBe('Namespace');
  });

  test('any object can be patched', () => {
    const { construct, manifests } = platform();
    ApiObject.of(construct.controller.deployment).addJsonPatch(
      JsonPatch.add('/spec/template/spec/priorityClassName', 'high'),
    );
    expect(named(manifests(), 'Deployment', 'armature-controller')).toMatchObject({
      spec: { template: { spec: { priorityClassName: 'high' } } },
    });
  });

  test('grants exactly what the domains declare, and leases only in its namespace', () => {
    const manifests = platform().manifests();
    const { rules } = named(manifests, 'ClusterRole', 'armature-controller') as unknown as {
      rules: { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }[];
    };
    expect(rules.map(({ apiGroups, ...rule }) => ({ group: apiGroups[0], ...rule }))).toMatchObject([
      ...installedApi().controllerRules,
      ...installedApi().webhookRules,
      ...installedApi().jobSetRules,
    ]);
    expect(rules.some(({ resources }) => resources.includes('leases'))).toBe(false);
    expect(rules.some(({ verbs, resources }) => verbs.includes('*') || resources.includes('*'))).toBe(false);
    expect(named(manifests, 'Role', 'armature-controller-leases').metadata.namespace).toBe('armature-system');
  });

  test('JobSets can be left to upstream’s controller: its CRD stays, and this controller may not write their status', () => {
    const manifests = platform({ jobSets: 'upstream' }).manifests();
    const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
    const crds = of('CustomResourceDefinition').map(({ metadata }) => metadata.name);
    expect(crds).not.toContain('jobsets.jobset.x-k8s.io');
    expect(crds).toContain('trainjobs.trainer.kubeflow.org');
    const { rules } = named(manifests, 'ClusterRole', 'armature-controller') as unknown as { rules: object[] };
    expect(JSON.stringify(rules)).not.toContain('jobsets/status');
    expect(JSON.stringify(named(manifests, 'Deployment', 'armature-controller'))).toContain('"--except","jobset"');
  });

  test.each([
    ['auto', GangScheduler.discovered(), 'scheduling.k8s.io'],
    ['native', GangScheduler.native(), 'scheduling.k8s.io'],
    ['volcano', GangScheduler.volcano(), 'scheduling.volcano.sh'],
    ['scheduler-plugins-scheduler', GangScheduler.schedulerPlugins(), 'scheduling.x-k8s.io'],
  ])('with %s the controller is told of it, and may look after its groups', (name, gangScheduler, group) => {
    const manifests = platform({ gangScheduler }).manifests();
    const { rules } = named(manifests, 'ClusterRole', 'armature-controller') as unknown as {
      rules: { apiGroups: string[]; resources: string[] }[];
    };
    expect(rules).toContainEqual(expect.objectContaining({ apiGroups: [group], resources: ['podgroups'] }));
    expect(JSON.stringify(named(manifests, 'Deployment', 'armature-controller'))).toContain(
      `"--gang-scheduler-name","${name}"`,
    );
  });

  test('refuses a scheduler by a name that means another', () => {
    expect(() => GangScheduler.schedulerPlugins('volcano')).toThrow('use GangScheduler.volcano()');
    expect(() => GangScheduler.schedulerPlugins('auto')).toThrow('use GangScheduler.discovered()');
  });

  test('knows the CRD of every kind it serves', () => {
    const { construct } = platform();
    expect(construct.crd(PYTORCH_JOB).name).toBe('pytorchjobs.kubeflow.org');
    expect(() => construct.crd({ group: 'example.org', plural: 'things', kind: 'Thing' })).toThrow('serves no Thing');
  });

  test('leaves room beside the heap', () => {
    const { manifests } = platform({ resources: { memory: { limit: Size.mebibytes(512) } } });
    expect(JSON.stringify(named(manifests(), 'Deployment', 'armature-controller'))).toContain(
      '--max-old-space-size=416',
    );
  });

  test('refuses a platform without a controller', () => {
    expect(() => platform({ replicas: 0 })).toThrow("'replicas' must be a positive integer");
  });
});
