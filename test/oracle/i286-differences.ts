import { Segment } from '../../translator/abi/state.ts';
import { decode } from '../../translator/x86/decode.ts';
import { Instruction, Shape } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import type { I286Test } from './i286.ts';

/** A test with its instruction, as this CPU decodes it. */
interface Decoded {
  readonly test: I286Test;
  readonly instruction: Instruction;
  readonly code: Uint8Array;
}

interface Difference {
  readonly reason: string;
  readonly applies: (decoded: Decoded) => boolean;
}

const GENERAL_PROTECTION = 13;
const INVALID_OPCODE = 6;
/** Bytes of the longest instruction of a 286. */
const LONGEST_286 = 10;

const raises = ({ test }: Decoded, vector: number) => test.exception?.number === vector;
const isString = ({ instruction }: Decoded) => instruction.form.operands.some((kind) => /^[XY]/.test(kind));

/** Instructions that push or pop by what they are. */
const STACK = /^(CALL|ENTER|INT[13O]?|IRET|LEAVE|POP[AF]?|PUSH[AF]?|RETF?)D?$/;

/** An operand in memory is what has faulted: of PUSH and CALL it need not be on the stack. */
function usesStackSegment({ instruction }: Decoded): boolean {
  const { form, shape, segment } = instruction;
  const accesses = form.operands.some((kind) => /^[EMXO][a-z]/.test(kind)) && (shape & Shape.register) === 0;
  return accesses ? segment === Segment.ss : STACK.test(form.mnemonic16);
}

/** Where a 286 differs from the processors that came later: those tests are not compared. */
const differences: readonly Difference[] = [
  {
    reason: 'LOCK is refused where it means nothing (Intel SDM vol. 2, LOCK; a 286 ignores it)',
    applies: ({ code, instruction }) => instruction.form.id === INVALID_FORM && code.includes(0xf0),
  },
  {
    reason: 'instructions may have 15 bytes, not 10 (Intel SDM vol. 3, 23.36, "Segment Limits"; 80386 manual, 14.7)',
    applies: (decoded) => raises(decoded, GENERAL_PROTECTION) && decoded.code.length - 1 > LONGEST_286,
  },
  {
    reason: 'FS and GS exist (80386 manual, 2.3.2)',
    applies: (decoded) =>
      raises(decoded, INVALID_OPCODE) && /^8[CE]$/.test(decoded.test.op) && decoded.instruction.reg >= 4,
  },
  {
    reason: 'a word across the end of the stack segment raises 12, not 13 (80386 manual, table 14-1)',
    applies: (decoded) => raises(decoded, GENERAL_PROTECTION) && usesStackSegment(decoded),
  },
  {
    reason: 'a string instruction that faults has not moved its registers (80386 manual, 9.8: faults are restartable)',
    applies: (decoded) => raises(decoded, GENERAL_PROTECTION) && isString(decoded),
  },
];

export function differenceReason(test: I286Test): string | undefined {
  const code = Uint8Array.from(Buffer.from(test.bytes, 'hex'));
  const instruction = new Instruction(forms[INVALID_FORM]!);
  decode(code, 0, code.length, 0, 0, instruction);
  return differences.find(({ applies }) => applies({ test, instruction, code }))?.reason;
}
