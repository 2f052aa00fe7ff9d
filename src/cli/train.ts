import { Command } from 'commander';
import { deleteCommand } from './train/delete.ts';
import { eventsCommand } from './train/events.ts';
import { getCommand } from './train/get.ts';
import { listCommand } from './train/list.ts';
import { logsCommand } from './train/logs.ts';
import { resumeCommand } from './train/resume.ts';
import { scaleCommand } from './train/scale.ts';
import { stopCommand } from './train/stop.ts';
import { submitCommand } from './train/submit.ts';
import { topCommand } from './train/top.ts';
import { waitCommand } from './train/wait.ts';

/** `armature train`: the day with training jobs, one file for each subcommand. */
export function trainCommands(): Command {
  const train = new Command('train').description(
    'submit, list, follow, stop, resume and delete training jobs of every kind',
  );
  for (const command of [
    submitCommand(),
    listCommand(),
    getCommand(),
    logsCommand(),
    eventsCommand(),
    topCommand(),
    stopCommand(),
    resumeCommand(),
    scaleCommand(),
    waitCommand(),
    deleteCommand(),
  ])
    train.addCommand(command);
  return train;
}
