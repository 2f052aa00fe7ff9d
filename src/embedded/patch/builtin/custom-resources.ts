import type { TypeTable } from './notation.ts';

/** Types of apiextensions.k8s.io/v1. */
export const CUSTOM_RESOURCES_TYPES: TypeTable = {
  CustomResourceColumnDefinition: 'description format jsonPath! name! priority# type!',
  CustomResourceConversion: 'strategy! webhook:WebhookConversion',
  CustomResourceDefinition: '@ spec!:CustomResourceDefinitionSpec status!:CustomResourceDefinitionStatus',
  CustomResourceDefinitionCondition: 'lastTransitionTime* message observedGeneration# reason status! type!',
  CustomResourceDefinitionNames: 'categories[] kind! listKind plural! shortNames[] singular',
  CustomResourceDefinitionSpec: `
    conversion:CustomResourceConversion group! names!:CustomResourceDefinitionNames preserveUnknownFields? scope!
    versions![]:CustomResourceDefinitionVersion`,
  CustomResourceDefinitionStatus: `
    acceptedNames!:CustomResourceDefinitionNames conditions[type]:CustomResourceDefinitionCondition~-
    observedGeneration# storedVersions[]`,
  CustomResourceDefinitionVersion: `
    additionalPrinterColumns[]:CustomResourceColumnDefinition deprecated? deprecationWarning name!
    schema:CustomResourceValidation selectableFields[]:SelectableField served!? storage!?
    subresources:CustomResourceSubresources`,
  CustomResourceSubresourceScale: 'labelSelectorPath specReplicasPath! statusReplicasPath!',
  CustomResourceSubresourceStatus: '*',
  CustomResourceSubresources: 'scale:CustomResourceSubresourceScale status:CustomResourceSubresourceStatus',
  CustomResourceValidation: 'openAPIV3Schema:JSONSchemaProps',
  ExternalDocumentation: 'description url',
  JSONSchemaProps: `
    $ref $schema additionalItems:any additionalProperties:any allOf[]:JSONSchemaProps anyOf[]:JSONSchemaProps
    default:any definitions{}:JSONSchemaProps dependencies{}:any description enum[]:any example:any
    exclusiveMaximum? exclusiveMinimum? externalDocs:ExternalDocumentation format id items:any maxItems# maxLength#
    maxProperties# maximum# minItems# minLength# minProperties# minimum# multipleOf# not:JSONSchemaProps nullable?
    oneOf[]:JSONSchemaProps pattern patternProperties{}:JSONSchemaProps properties{}:JSONSchemaProps required[]
    title type uniqueItems? x-kubernetes-embedded-resource? x-kubernetes-int-or-string? x-kubernetes-list-map-keys[]
    x-kubernetes-list-type x-kubernetes-map-type x-kubernetes-preserve-unknown-fields?
    x-kubernetes-validations[rule]:ValidationRule`,
  SelectableField: 'jsonPath!',
  ServiceReference: 'name! namespace! path port#',
  ValidationRule: 'fieldPath message messageExpression optionalOldSelf? reason rule!',
  WebhookClientConfig: 'caBundle service:ServiceReference url',
  WebhookConversion: 'clientConfig:WebhookClientConfig conversionReviewVersions![]',
};
