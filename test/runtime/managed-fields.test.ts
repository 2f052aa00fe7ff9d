import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutManagedFields } from '../../src/runtime/managed-fields.ts';

describe('cutManagedFields', () => {
  test('cuts them wherever they stand among other fields', () => {
    const fields = [{ manager: 'k', fieldsV1: { 'k:{"name":"]"}': { '.': {} } } }];
    for (const metadata of [
      { managedFields: fields },
      { managedFields: fields, name: 'x' },
      { name: 'x', managedFields: fields },
      { name: 'x', managedFields: fields, uid: 'y' },
    ]) {
      const { managedFields: _, ...kept } = metadata;
      expect(JSON.parse(cutManagedFields(JSON.stringify({ metadata, spec: 1 })))).toEqual({ metadata: kept, spec: 1 });
    }
  });

  test('leaves any other text as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ value, note: 'a "managedFields":[ in a string' });
        expect(cutManagedFields(text)).toBe(text);
      }),
    );
  });

  test('keeps a key that merely ends in the name', () => {
    const text = JSON.stringify({ 'x"managedFields': [1] });
    expect(cutManagedFields(text)).toBe(text);
  });
});
