import type { Layout } from '../layout.ts';
import {
  isTorchtune,
  LARGE_MODEL,
  MODELS,
  modelOf,
  QWEN_MODEL,
  RUNTIME_SETTINGS,
  recipeOf,
  wantsLora,
  wantsQlora,
} from './torchtune.ts';

/** What TorchTune cannot do. */
export function torchtuneProblems(layout: Layout): readonly string[] {
  const { job, runtime } = layout;
  if (!runtime.mlPolicy?.torch || !isTorchtune(job)) return [];
  const model = modelOf(job);
  const { args = [], numNodes = 1 } = job.spec.trainer ?? {};
  const problems: string[] = [];
  if (!(MODELS as readonly string[]).includes(model)) {
    problems.push(`spec.runtimeRef.name: must have a supported pretrained model, one of ${MODELS.join(', ')}`);
  }
  if (numNodes > 1 && model !== LARGE_MODEL) problems.push(`spec.trainer.numNodes: must be 1 for ${model} model`);
  if (numNodes > 1 && (wantsLora(args) || wantsQlora(args))) {
    problems.push('spec.trainer.numNodes: LoRA fine-tuning is not supported for multi-node training in TorchTune');
  }
  if (recipeOf(layout).config.includes('_qlora')) problems.push(...qloraProblems(layout, model));
  const settings: readonly string[] = RUNTIME_SETTINGS;
  for (const [index, arg] of args.entries()) {
    const key = arg.split('=', 1)[0] ?? '';
    if (settings.includes(key)) {
      problems.push(`spec.trainer.args[${index}]: must not set "${key}": it is managed by the runtime`);
    }
  }
  return problems;
}

function qloraProblems(layout: Layout, model: string): readonly string[] {
  if (model === QWEN_MODEL) return [`spec.runtimeRef.name: QLoRA is not supported for ${model} model`];
  if (recipeOf(layout).config.endsWith('_single_device') || !model.startsWith('llama3_2/')) return [];
  return [
    `spec.trainer.numProcPerNode: must be 1, or one GPU must be asked for in spec.trainer.resourcesPerNode, for ${model} model when using QLoRA`,
  ];
}
