import { pythonWith } from './python-client.ts';

/** An interpreter with the release of Kubeflow's client that speaks to Trainer 2.3. */
export const kubeflowTrainer = (): Promise<string> => pythonWith(['kubeflow==0.5.0', 'kubernetes==35.0.0']);

export const TRAINER_TOUR = 'test/conformance/kubeflow_trainer_job.py';
