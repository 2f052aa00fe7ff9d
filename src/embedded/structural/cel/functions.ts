import { conversionMethods, conversions, optionalNamespaces } from './conversions.ts';
import type { FunctionTable } from './function-types.ts';
import { formatFunctions, formatMethods } from './library-formats.ts';
import { ipFunctions, ipMethods, ipNamespaces } from './library-ip.ts';
import { listMethods, listNamespaces } from './library-lists.ts';
import { quantityFunctions, quantityMethods } from './library-quantity.ts';
import { semverFunctions, semverMethods } from './library-semver.ts';
import { stringMethods, stringNamespaces } from './library-strings.ts';
import { urlFunctions, urlMethods } from './library-url.ts';
import { merged } from './merge.ts';

/** Functions called by name alone. */
export const FUNCTIONS: FunctionTable = merged(
  conversions,
  quantityFunctions,
  ipFunctions,
  urlFunctions,
  semverFunctions,
);

/** Functions called on a value; the value is the first argument. */
export const METHODS: FunctionTable = merged(
  conversionMethods,
  stringMethods,
  listMethods,
  quantityMethods,
  ipMethods,
  urlMethods,
  semverMethods,
  formatMethods,
);

/** Functions whose name has a dot, such as `sets.contains`. */
export const NAMESPACES: FunctionTable = merged(
  optionalNamespaces,
  stringNamespaces,
  listNamespaces,
  ipNamespaces,
  formatFunctions,
);
