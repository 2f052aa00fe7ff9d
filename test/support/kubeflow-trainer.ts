import { pythonWith } from './python-client.ts';

/** An interpreter with the release of Kubeflow's client that speaks to Trainer 2.3. */
export const kubeflowTrainer = (): Promise<string> => pythonWith(['kubeflow==0.5.0', 'kubernetes==35.0.0']);

/** What test/conformance/kubeflow_trainer_job.py got through, by step. */
export function stepsOf(printed: string): Record<string, Record<string, unknown>> {
  const lines = printed.split('\n').filter((line) => line.startsWith('{"step"'));
  return Object.fromEntries(
    lines.map((line) => {
      const { step, ...values } = JSON.parse(line) as { step: string };
      return [step, values];
    }),
  );
}

export const TRAINER_TOUR = 'test/conformance/kubeflow_trainer_job.py';
