/**
 * The Pulumi program over the same constructs. Configuration: `armature:context`, a context of the kubeconfig (default:
 * the current one), and `armature:image`, the controller's image (default: this version's).
 */
import { Provider } from '@pulumi/kubernetes/provider.js';
import * as pulumi from '@pulumi/pulumi';
import { App } from 'cdk8s';
import { CdkChart } from './cdk-chart.ts';
import { platformStack } from './platform.ts';

const config = new pulumi.Config('armature');
const context = config.get('context');
const image = config.get('image');

const cluster = new Provider('cluster', { enableServerSideApply: true, ...(context && { context }) });
const app = new App();
const { platform, digits } = platformStack(app, { platform: { ...(image && { image }) } });
const chart = new CdkChart('armature', { root: app }, { providers: { kubernetes: cluster } });

export const namespace = platform.namespace.name;
export const job = digits.name;
/** URNs of everything registered. */
export const objects = pulumi.all([...chart.resources.values()].map((resource) => resource.urn));
