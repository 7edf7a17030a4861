import { Word } from '../abi/state.ts';
import type { FieldName } from '../ir/value.ts';
import { Shape } from '../x86/instruction.ts';
import type { OperandKind } from '../x86/table/form.ts';
import type { Size } from './lifter.ts';

/** Where an operand is, as far as its form and shape tell: what lifters read and write through. */
export interface OperandPlace {
  readonly type: 'register' | 'memory' | 'immediate' | 'segment' | 'constant';
  readonly size: Size;
  /** Field that names the register or holds the immediate. */
  readonly field: FieldName;
  /** The word of a fixed register, or a constant's value. */
  readonly fixed: number;
  /** The operand is bits 8-15 of its register. */
  readonly high: boolean;
}

const fixedRegisters: Record<string, number> = {
  AL: Word.eax,
  AX: Word.eax,
  eAX: Word.eax,
  CL: Word.ecx,
  DX: Word.edx,
};
const fixedSizes: Record<string, Size> = { AL: 1, CL: 1, AX: 2, DX: 2 };

function sizeOf(letters: string, operandSize: 2 | 4): Size {
  switch (letters) {
    case 'b':
      return 1;
    case 'w':
      return 2;
    case 'd':
      return 4;
    default:
      return operandSize;
  }
}

/** `wv`, `dw` and `db`: a word or byte in memory, but the whole register. */
function sizeIn(letters: string, operandSize: 2 | 4, isMemory: boolean): Size {
  if (letters === 'dw' || letters === 'db') return isMemory ? (letters === 'db' ? 1 : 2) : 4;
  return sizeOf(letters === 'wv' && isMemory ? 'w' : letters, operandSize);
}

/** Place of an operand kind (table/form.ts) under a shape. */
export function placeOf(kind: OperandKind, shape: number, operandSize: 2 | 4): OperandPlace {
  if (kind in fixedRegisters) {
    return place('register', fixedSizes[kind] ?? operandSize, 'rm', fixedRegisters[kind]);
  }
  if (/^\d/.test(kind)) return place('constant', 1, 'immediate', Number(kind));
  const size = sizeIn(kind.slice(1), operandSize, (shape & Shape.register) === 0);
  switch (kind[0]) {
    case 'E':
    case 'M':
    case 'R':
    case 'W':
    case 'Q':
    case 'U':
    case 'N':
      if (shape & Shape.register) return { ...place('register', size, 'rm', -1), high: (shape & Shape.rmHigh) !== 0 };
      return place('memory', size, 'displacement', -1);
    case 'Z':
      return { ...place('register', size, 'rm', -1), high: (shape & Shape.rmHigh) !== 0 };
    case 'G':
    case 'V':
    case 'P':
      return { ...place('register', size, 'reg', -1), high: (shape & Shape.regHigh) !== 0 };
    case 'S':
      return place('segment', 2, 'reg', -1);
    case 'J':
      return place('immediate', size, 'target', -1);
    case 'O':
      return place('memory', size, 'displacement', -1);
    default:
      return place('immediate', size, 'immediate', -1);
  }
}

function place(type: OperandPlace['type'], size: Size, field: FieldName, fixed: number): OperandPlace {
  return { type, size, field, fixed, high: false };
}
