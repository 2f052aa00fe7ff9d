import type { TrainJob } from '../../../api/train-job.ts';
import { countOf, type Layout, podSpecOf, rendezvousHost, trainerJob } from '../layout.ts';
import { NODE, RENDEZVOUS_PORT } from '../names.ts';
import { gpusOf, nodeResources } from '../node-resources.ts';
import { processesPerNode } from './torch.ts';

/** TorchTune: the recipe follows from the runtime's name, the number of devices and the arguments. */

/** Settings that belong to the runtime. */
export const RUNTIME_SETTINGS = [
  'output_dir',
  'tokenizer.path',
  'tokenizer.merges_file',
  'checkpointer.checkpoint_dir',
] as const;

export const LARGE_MODEL = 'llama3_3/70B';
export const QWEN_MODEL = 'qwen2_5/1.5B';
export const MODELS = ['llama3_2/1B', 'llama3_2/3B', LARGE_MODEL, QWEN_MODEL] as const;

export function isTorchtune({ spec }: TrainJob): boolean {
  const { command } = spec.trainer ?? {};
  return command?.length === 2 && command[0] === 'tune' && command[1] === 'run';
}

/** The model that a runtime such as `torchtune-llama3.2-1b` tunes: `llama3_2/1B`. */
export function modelOf({ spec }: TrainJob): string {
  const [, family, size, ...rest] = spec.runtimeRef.name.split('-');
  if (family === undefined || size === undefined || rest.length > 0) return '';
  return `${family.replaceAll('.', '_')}/${size.toUpperCase()}`;
}

const isOn = (args: readonly string[], setting: string): boolean =>
  args.some((arg) => {
    const [name = '', value = ''] = arg.split('=', 2);
    return name.includes(setting) && value.trim().toLowerCase() === 'true';
  });

export const wantsLora = (args: readonly string[]): boolean =>
  args.some((arg) => arg.includes('model.lora_attn_modules'));

/** Weights in four bits; DoRA excludes it. */
export const wantsQlora = (args: readonly string[]): boolean =>
  !isOn(args, 'model.use_dora') && isOn(args, 'model.quantize_base');

export interface Recipe {
  readonly name: string;
  readonly config: string;
}

/** Which of TorchTune's recipes, and the configuration for the model. */
export function recipeOf(layout: Layout): Recipe {
  const args = layout.job.spec.trainer?.args ?? [];
  const nodes = countOf(layout, trainerJob(layout));
  const single = nodes === 1 && (Number(processesPerNode(layout)) === 1 || gpusOf(nodeResources(layout)) === 1);
  const method = nodes > 1 ? 'full' : wantsQlora(args) ? 'qlora' : wantsLora(args) ? 'lora' : 'full';
  const suffix = single ? '_single_device' : nodes > 1 ? '_multinode' : '';
  const family = method === 'full' ? 'full' : 'lora';
  return {
    name: `${family}_finetune_${single ? 'single_device' : 'distributed'}`,
    config: `${modelOf(layout.job)}_${method}${suffix}`,
  };
}

/** The whole command; what the TrainJob gives as arguments follows it. */
export function torchtuneCommand(layout: Layout): string[] {
  const processes = processesPerNode(layout);
  const gpus = gpusOf(nodeResources(layout));
  const several = countOf(layout, trainerJob(layout)) > 1 || (processes === 'auto' ? gpus > 1 : Number(processes) > 1);
  const { name, config } = recipeOf(layout);
  return [
    'tune',
    'run',
    ...(several ? [`--rdzv_endpoint=${rendezvousHost(layout)}:${RENDEZVOUS_PORT}`] : []),
    name,
    '--config',
    config,
    ...runtimeSettings(layout),
  ];
}

/** The runtime's own settings, from the command it has in its template. */
function runtimeSettings({ runtime }: Layout): readonly string[] {
  const job = trainerJob({ spec: runtime.template?.spec ?? {} });
  const command = job && podSpecOf(job).containers.find(({ name }) => name === NODE)?.command;
  return (command ?? []).filter((word) => (RUNTIME_SETTINGS as readonly string[]).includes(word.split('=')[0] ?? ''));
}
