import type { Layout } from '../layout.ts';
import { applyFlux } from './flux.ts';
import { applyJax } from './jax.ts';
import { applyMpi } from './mpi.ts';
import { applyTorch } from './torch.ts';
import { applyXgboost } from './xgboost.ts';

/** What the runtime's framework needs to know of the other nodes; nothing where it has no policy. */
export function applyPolicy(layout: Layout): Layout {
  const { torch, jax, xgboost, mpi, flux } = layout.runtime.mlPolicy ?? {};
  if (torch) return applyTorch(layout);
  if (jax) return applyJax(layout);
  if (xgboost) return applyXgboost(layout);
  if (mpi) return applyMpi(layout);
  if (flux) return applyFlux(layout);
  return layout;
}

/** Variables that policies set, and that a TrainJob therefore may not. */
export function reservedVariables({ torch, mpi, xgboost, jax }: NonNullable<Layout['runtime']['mlPolicy']>): {
  readonly framework: string;
  readonly names: readonly string[];
} {
  if (torch) {
    return {
      framework: 'torch',
      names: ['PET_NNODES', 'PET_NPROC_PER_NODE', 'PET_NODE_RANK', 'PET_MASTER_ADDR', 'PET_MASTER_PORT'],
    };
  }
  if (mpi) {
    return {
      framework: 'MPI',
      names: [
        'OMPI_MCA_orte_default_hostfile',
        'OMPI_MCA_plm_rsh_args',
        'OMPI_MCA_orte_keep_fqdn_hostnames',
        'OMPI_MCA_orte_set_default_slots',
      ],
    };
  }
  if (xgboost) {
    return {
      framework: 'XGBoost',
      names: ['DMLC_TRACKER_URI', 'DMLC_TRACKER_PORT', 'DMLC_TASK_ID', 'DMLC_NUM_WORKER'],
    };
  }
  return { framework: jax ? 'JAX' : 'plain', names: [] };
}
