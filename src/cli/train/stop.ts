import { suspensionCommand } from './suspension.ts';

export const stopCommand = () =>
  suspensionCommand({
    name: 'stop',
    description: 'suspend a job: its pods end, the job stays and can be resumed',
    suspend: true,
    already: 'is stopped already',
    done: (title, namespace) =>
      `${title} is being stopped; go on with it by: armature train resume ${title} -n ${namespace}`,
  });
