import type { StructuralSchema } from './structural.ts';

/**
 * The fields of one version's schema that another's does not hold, or holds as another type, by path. When there are none,
 * objects may be served in both without a conversion webhook.
 */
export function lostFields(from: StructuralSchema, to: StructuralSchema | undefined, path = ''): readonly string[] {
  if (!to || from.type !== to.type) return [path];
  if (to['x-kubernetes-preserve-unknown-fields'] === true && !to.properties) return [];
  const properties = Object.entries(from.properties ?? {}).flatMap(([name, child]) =>
    lostFields(child, to.properties?.[name], `${path}.${name}`),
  );
  const values = from.additionalProperties
    ? lostFields(from.additionalProperties, to.additionalProperties, `${path}[*]`)
    : [];
  const items = from.items ? lostFields(from.items, to.items, `${path}[]`) : [];
  return [...properties, ...values, ...items];
}
