import { expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { recordResources } from './mocks.ts';

test('the Pulumi program registers the whole platform with its own provider', async () => {
  const registered = await recordResources();
  pulumi.runtime.setAllConfig({ 'armature:image': 'registry.example.org/armature:9' });

  const program = await import('../../src/stacks/pulumi.ts');
  await new Promise((resolve) => program.objects.apply(resolve));

  const objects = registered.filter(({ type }) => type.startsWith('kubernetes:'));
  const byType = (type: string) => objects.filter((object) => object.type === type);
  expect(program.job).toBe('digits');
  expect(byType('kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition')).not.toHaveLength(0);
  expect(JSON.stringify(byType('kubernetes:apps/v1:Deployment')[0]?.inputs)).toContain(
    'registry.example.org/armature:9',
  );
  expect(byType('kubernetes:kubeflow.org/v1:PyTorchJob')[0]?.inputs).toMatchObject({
    metadata: { name: 'digits', namespace: 'quickstart' },
  });
  expect(objects.every(({ provider }) => provider?.includes('::cluster::'))).toBe(true);
});
