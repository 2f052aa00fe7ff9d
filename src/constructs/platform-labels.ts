/** Labels of everything that `MlPlatform` creates. */
export const PLATFORM_LABELS = {
  'app.kubernetes.io/part-of': 'armature',
  'app.kubernetes.io/managed-by': 'cdk8s',
} as const;

/** Labels that find the controller's pods, whatever the platform calls itself. */
export const CONTROLLER_SELECTOR = {
  'app.kubernetes.io/part-of': PLATFORM_LABELS['app.kubernetes.io/part-of'],
  'app.kubernetes.io/component': 'controller',
} as const;

export const CONTROLLER_LABELS = {
  ...PLATFORM_LABELS,
  ...CONTROLLER_SELECTOR,
  'app.kubernetes.io/name': 'armature',
} as const;

/** Ports of the controller's container. */
export const CONTROLLER_PORTS = { metrics: 8080, health: 8081, webhook: 9443, progress: 10443 } as const;
