import { Vector } from '../../translator/abi/faults.ts';
import { raise } from '../fault.ts';
import { PHYSICAL_BITS } from '../memory/page-entry.ts';
import type { ModelRegister } from './model-register.ts';
import { fixedRanges, VARIABLE_RANGES } from './model-register-state.ts';

/*
 * PAT and MTRRs (Intel SDM vol. 3, 12.11 and 12.12). Memory has no cache here, so that types change nothing; but what
 * is written must be valid and can be read back.
 */

/** Uncacheable, write-combining, write-through, write-protected, write-back; and UC-, which only the PAT has. */
const mtrrTypes: ReadonlySet<number> = new Set([0, 1, 4, 5, 6]);
const patTypes: ReadonlySet<number> = new Set([...mtrrTypes, 7]);

/** IA32_MTRRCAP: that many ranges of any size, fixed ranges, write combining. */
const CAPABILITIES = VARIABLE_RANGES | (1 << 8) | (1 << 10);
const DEFAULT_TYPE = 0x2ff;
/** E and FE of IA32_MTRR_DEF_TYPE. */
const DEFAULT_ENABLES = 3 << 10;
/** V of a range's mask. */
const VALID = 1 << 11;
const ADDRESS_HIGH = (1 << (PHYSICAL_BITS - 32)) - 1;

function requireValid(valid: boolean): void {
  if (!valid) raise(Vector.generalProtection);
}

/** Whether each of a word's bytes is a type. */
function areTypes(types: ReadonlySet<number>, word: number): boolean {
  return [0, 8, 16, 24].every((shift) => types.has((word >>> shift) & 0xff));
}

/** Whether the two words of a PAT are valid. */
export function isAttributeTable(low: number, high: number): boolean {
  return areTypes(patTypes, low) && areTypes(patTypes, high);
}

const attributeTable: ModelRegister = {
  first: 0x277,
  exists: ({ features }) => features.has('pat'),
  read: ({ modelRegisters: { pat } }) => [pat[0]!, pat[1]!],
  write(cpu, _number, low, high) {
    requireValid(isAttributeTable(low, high));
    cpu.modelRegisters.pat = [low >>> 0, high >>> 0];
  },
};

const hasRanges: ModelRegister['exists'] = ({ features }) => features.has('mtrr');

const capabilities: ModelRegister = { first: 0xfe, exists: hasRanges, read: () => [CAPABILITIES, 0] };

const defaultType: ModelRegister = {
  first: DEFAULT_TYPE,
  exists: hasRanges,
  read: ({ modelRegisters: { mtrrDefault } }) => [mtrrDefault, 0],
  write(cpu, _number, low, high) {
    requireValid(((low & ~(DEFAULT_ENABLES | 0xff)) | high) === 0 && mtrrTypes.has(low & 0xff));
    cpu.modelRegisters.mtrrDefault = low;
  },
};

/** Base and mask of each range in turn. */
const variable: ModelRegister = {
  first: 0x200,
  count: 2 * VARIABLE_RANGES,
  exists: hasRanges,
  read({ modelRegisters: { mtrrVariable } }, number) {
    const at = (number - 0x200) * 2;
    return [mtrrVariable[at]!, mtrrVariable[at + 1]!];
  },
  write(cpu, number, low, high) {
    const isMask = (number & 1) !== 0;
    const valid = isMask ? (low & 0xfff & ~VALID) === 0 : (low & 0xf00) === 0 && mtrrTypes.has(low & 0xff);
    requireValid(valid && (high & ~ADDRESS_HIGH) === 0);
    const at = (number - 0x200) * 2;
    cpu.modelRegisters.mtrrVariable[at] = low >>> 0;
    cpu.modelRegisters.mtrrVariable[at + 1] = high;
  },
};

const fixed = fixedRanges.map(
  (first, n): ModelRegister => ({
    first,
    exists: hasRanges,
    read: ({ modelRegisters: { mtrrFixed } }) => [mtrrFixed[2 * n]!, mtrrFixed[2 * n + 1]!],
    write(cpu, _number, low, high) {
      requireValid(areTypes(mtrrTypes, low) && areTypes(mtrrTypes, high));
      cpu.modelRegisters.mtrrFixed[2 * n] = low >>> 0;
      cpu.modelRegisters.mtrrFixed[2 * n + 1] = high >>> 0;
    },
  }),
);

export const memoryTypeRegisters: readonly ModelRegister[] = [
  attributeTable,
  capabilities,
  defaultType,
  variable,
  ...fixed,
];
