import manifest from '../../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;

/** How the controller names itself: user agent, field manager and reporter of events. */
export const CONTROLLER_NAME = 'armature-controller';
