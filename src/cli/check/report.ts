import { columns } from '../columns.ts';
import type { ObjectFindings } from './check.ts';
import { CODES, type Level } from './codes.ts';

/** For people. */
export function textReport(objects: readonly ObjectFindings[]): string {
  const blocks = objects
    .filter(({ findings }) => findings.length > 0)
    .map(({ where, findings }) => {
      const rows = findings.map(({ code, field, message }) => [
        `  ${CODES[code]}`,
        code,
        field === '' ? message : `${field}: ${message}`,
      ]);
      return [where, ...columns(rows).map((line) => line.trimEnd())].join('\n');
    });
  return `${[...blocks, summary(objects)].join('\n\n')}\n`;
}

/** For programs: one JSON object. */
export function jsonReport(objects: readonly ObjectFindings[]): string {
  const found = objects.flatMap(({ object, where, findings }) =>
    findings.map(({ code, field, message }) => ({
      level: CODES[code],
      code,
      where,
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { name: object.metadata.name, namespace: object.metadata.namespace },
      field,
      message,
    })),
  );
  return `${JSON.stringify({
    objects: objects.length,
    errors: count(objects, 'error'),
    warnings: count(objects, 'warning'),
    findings: found,
  })}\n`;
}

/** How many findings of a level there are. */
export function count(objects: readonly ObjectFindings[], level: Level): number {
  return objects.flatMap(({ findings }) => findings).filter(({ code }) => CODES[code] === level).length;
}

function summary(objects: readonly ObjectFindings[]): string {
  const counted = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const errors = counted(count(objects, 'error'), 'error');
  const warnings = counted(count(objects, 'warning'), 'warning');
  return `${counted(objects.length, 'object')}: ${errors}, ${warnings}`;
}
