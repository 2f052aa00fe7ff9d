import type { Verdict } from './failure.ts';
import type { Scene } from './scene.ts';

/** The job is done when its framework's rule says so. */
export function judgeSuccess(scene: Scene): Verdict | undefined {
  const { stage, message } = scene.kind.progress(scene.job, scene.tally, scene.roster);
  return stage === 'succeeded' ? { type: 'Succeeded', message } : undefined;
}
