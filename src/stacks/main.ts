/** The cdk8s app that `cdk8s synth` runs: writes the platform and the example job into `dist/`. */
import { App } from 'cdk8s';
import { synthAll } from '../constructs/index.ts';
import { platformStack } from './platform.ts';

const app = new App();
platformStack(app);
synthAll(app);
