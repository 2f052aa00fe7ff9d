import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClusterInfo } from '../../src/cluster/index.ts';
import { duel } from '../support/differential/duel.ts';
import { MPI_EXPLANATIONS } from '../support/differential/mpi-explanations.ts';
import { MPI_SCENARIOS } from '../support/differential/mpi-scenarios.ts';
import { MPI_WORLD } from '../support/differential/mpi-world.ts';
import { type Found, needless, unexplained } from '../support/differential/verdict.ts';
import { mpiOperator } from '../support/peers/mpi-operator.ts';
import { usePlatform } from '../support/platform.ts';

const wanted = process.env.ARMATURE_DIFFERENTIAL === '1';

if (!wanted)
  test.skip('MPIJobs under mpi-operator 0.8.2 and here are alike (skipped: takes minutes; npm run differential)', () => {});
else
  describe('the same MPIJobs under mpi-operator 0.8.2 and here', () => {
    const platform = usePlatform({ controller: false });
    const all: Found[] = [];

    beforeAll(async () => {
      const log = (line: string) => process.stderr.write(`  ${line}\n`);
      const operator = await mpiOperator(platform.api, platform.cluster as unknown as ClusterInfo, log);
      const options = {
        world: MPI_WORLD,
        scenarios: MPI_SCENARIOS,
        startPeer: (namespace: string) => operator.start(namespace),
        quietMs: 12_000,
      };
      all.push(...(await duel(platform, options)));
    }, 900_000);

    test.each(MPI_SCENARIOS.map(({ name }) => name))('%s: nothing differs that is not explained', (name) => {
      const mine = all.filter(({ scenario }) => scenario === name);
      expect(unexplained(mine, MPI_EXPLANATIONS)).toEqual([]);
    });

    test('every explanation is needed', () => {
      expect(needless(all, MPI_EXPLANATIONS)).toEqual([]);
    });
  });
