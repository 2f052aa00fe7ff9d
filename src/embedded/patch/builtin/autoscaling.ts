import type { TypeTable } from './notation.ts';

/** Types of autoscaling/v2. */
export const AUTOSCALING_TYPES: TypeTable = {
  ContainerResourceMetricSource: 'container! name! target!:MetricTarget',
  ContainerResourceMetricStatus: 'container! current!:MetricValueStatus name!',
  CrossVersionObjectReference: 'apiVersion kind! name!',
  ExternalMetricSource: 'metric!:MetricIdentifier target!:MetricTarget',
  ExternalMetricStatus: 'current!:MetricValueStatus metric!:MetricIdentifier',
  HPAScalingPolicy: 'periodSeconds!# type! value!#',
  HPAScalingRules: 'policies[]:HPAScalingPolicy selectPolicy stabilizationWindowSeconds# tolerance*',
  HorizontalPodAutoscaler: '@ spec!:HorizontalPodAutoscalerSpec status!:HorizontalPodAutoscalerStatus',
  HorizontalPodAutoscalerBehavior: 'scaleDown:HPAScalingRules scaleUp:HPAScalingRules',
  HorizontalPodAutoscalerCondition: 'lastTransitionTime* message reason status! type!',
  HorizontalPodAutoscalerSpec: `
    behavior:HorizontalPodAutoscalerBehavior maxReplicas!# metrics[]:MetricSpec minReplicas#
    scaleTargetRef!:CrossVersionObjectReference`,
  HorizontalPodAutoscalerStatus: `
    conditions[type]:HorizontalPodAutoscalerCondition currentMetrics[]:MetricStatus currentReplicas#
    desiredReplicas!# lastScaleTime* observedGeneration#`,
  MetricIdentifier: 'name! selector:LabelSelector',
  MetricSpec: `
    containerResource:ContainerResourceMetricSource external:ExternalMetricSource object:ObjectMetricSource
    pods:PodsMetricSource resource:ResourceMetricSource type!`,
  MetricStatus: `
    containerResource:ContainerResourceMetricStatus external:ExternalMetricStatus object:ObjectMetricStatus
    pods:PodsMetricStatus resource:ResourceMetricStatus type!`,
  MetricTarget: 'averageUtilization# averageValue* type! value*',
  MetricValueStatus: 'averageUtilization# averageValue* value*',
  ObjectMetricSource: 'describedObject!:CrossVersionObjectReference metric!:MetricIdentifier target!:MetricTarget',
  ObjectMetricStatus: `
    current!:MetricValueStatus describedObject!:CrossVersionObjectReference metric!:MetricIdentifier`,
  PodsMetricSource: 'metric!:MetricIdentifier target!:MetricTarget',
  PodsMetricStatus: 'current!:MetricValueStatus metric!:MetricIdentifier',
  ResourceMetricSource: 'name! target!:MetricTarget',
  ResourceMetricStatus: 'current!:MetricValueStatus name!',
};
