import { suspensionCommand } from './suspension.ts';

export const resumeCommand = () =>
  suspensionCommand({
    name: 'resume',
    description: 'let a stopped job run again; a program that keeps checkpoints goes on from its last one',
    suspend: false,
    already: 'is not stopped',
    done: (title, namespace) => `${title} is resumed; follow it with: armature train logs -f ${title} -n ${namespace}`,
  });
