/** Even parity of a nibble, as a bit of this word. */
const PARITY = 0x9669;

/** SF XOR OF is the sign of this (FlagCarry in abi/state.ts: flipSign is bit 7, OF is bit 31 XOR bit 30). */
function lessWord(result: string, carries: string): string {
  return `(${result}^${carries}<<24^${carries}^${carries}<<1)`;
}

/** The parity flag, 0 or 1. */
function parityText(result: string, carries: string): string {
  return `((${PARITY}>>>((${result}^${result}>>>4)&15)^${carries}>>>2)&1)`;
}

/** A condition code on materialised flags, as a JavaScript boolean. */
export function conditionText(code: number, result: string, carries: string): string {
  const negated = (code & 1) !== 0;
  const less = negated ? '>=' : '<';
  const equal = negated ? '!==' : '===';
  switch (code >> 1) {
    case 0:
      return `((${carries}^${carries}<<1)${less}0)`;
    case 1:
      return `(${carries}${less}0)`;
    case 2:
      return `(${result}${equal}0)`;
    case 3:
      return negated ? `(${carries}>=0&&${result}!==0)` : `(${carries}<0||${result}===0)`;
    case 4:
      return `((${result}^${carries}<<24)${less}0)`;
    case 5:
      return `(${parityText(result, carries)}${negated ? '===' : '!=='}0)`;
    case 6:
      return `(${lessWord(result, carries)}${less}0)`;
    default:
      return negated
        ? `(${result}!==0&&${lessWord(result, carries)}>=0)`
        : `(${result}===0||${lessWord(result, carries)}<0)`;
  }
}
