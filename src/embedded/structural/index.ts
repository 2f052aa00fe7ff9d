export { type CompiledStructural, compileStructural, type StructuralOptions } from './compile.ts';
export { type InvalidDetails, invalidDetails, invalidError } from './invalid.ts';
export { metadataErrors, metadataUpdateErrors } from './metadata.ts';
export { type Pruned, strictDecodingError } from './prune.ts';
