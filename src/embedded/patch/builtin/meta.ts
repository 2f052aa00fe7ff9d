import type { TypeTable } from './notation.ts';

/** Types of what every kind shares. */
export const META_TYPES: TypeTable = {
  Condition: 'lastTransitionTime!% message! observedGeneration# reason! status! type!',
  LabelSelector: '! matchExpressions[]:LabelSelectorRequirement matchLabels{}',
  LabelSelectorRequirement: 'key! operator! values[]',
  ManagedFieldsEntry: 'apiVersion fieldsType fieldsV1{}:any manager operation subresource time*',
  ObjectMeta: `
    annotations{} creationTimestamp% deletionGracePeriodSeconds# deletionTimestamp% finalizers[=]~ generateName
    generation# labels{} managedFields[]:ManagedFieldsEntry name namespace ownerReferences[uid]:OwnerReference
    resourceVersion selfLink uid`,
  OwnerReference: '! apiVersion! blockOwnerDeletion? controller? kind! name! uid!',
};
