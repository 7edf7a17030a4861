/** Operands of an instruction that works on registers, and the carry before and after it. */
interface Operands {
  readonly left: number;
  readonly right: number;
  readonly carry: boolean;
}

/** The result of an operation on bytes (Technical Manual, 5.5). */
export function combined(operation: number, { left, right, carry }: Operands): { value: number; carry: boolean } {
  switch (operation) {
    case 0:
      return { value: right, carry };
    case 1:
      return { value: ((left << 1) | Number(carry)) & 0xff, carry: left >= 0x80 };
    case 2:
      return { value: left | right, carry };
    case 3:
      return { value: left ^ right, carry };
    case 4:
      return { value: left & right, carry };
    case 5:
      return { value: (left >>> 1) | (Number(carry) << 7), carry: (left & 1) !== 0 };
    default: {
      const sum = left + right + (operation === 7 ? Number(carry) : 0);
      return { value: sum & 0xff, carry: sum > 0xff };
    }
  }
}
