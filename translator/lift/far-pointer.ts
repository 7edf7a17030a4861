import type { Value } from '../ir/value.ts';
import type { LiftBuilder } from './lifter.ts';

/** Where a far transfer goes, or what LDS and its like load. */
export interface FarPointer {
  readonly selector: Value;
  readonly offset: Value;
}

/** A far pointer in memory: the offset, then the selector. */
export function memoryPointer(b: LiftBuilder): FarPointer {
  const size = b.operandSize;
  const address = b.operandAddress(size + 2, 'read');
  const offset = b.load(size, address);
  return { offset, selector: b.load(2, b.add(address, size)) };
}
