import type { JobKind } from '../job-kind.ts';
import { jax } from './jax.ts';
import { mpi } from './mpi.ts';
import { paddle } from './paddle.ts';
import { pytorch } from './pytorch.ts';
import { tensorflow } from './tensorflow.ts';
import { xgboost } from './xgboost.ts';

/** Every job kind this project runs. A further kind is a file beside this one, and a line here. */
export const JOB_KINDS: readonly JobKind[] = [pytorch, jax, tensorflow, xgboost, paddle, mpi];
