import * as pulumi from '@pulumi/pulumi';

/** Lets Pulumi programs run without an engine; the list fills with what they register. */
export async function recordResources(): Promise<readonly pulumi.runtime.MockResourceArgs[]> {
  const registered: pulumi.runtime.MockResourceArgs[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push(args);
        return { id: `${args.name}-id`, state: args.inputs };
      },
      call: () => ({}),
    },
    'armature',
    'test',
  );
  return registered;
}
