import { FlagCarry } from '../abi/state.ts';
import type { FlagKind } from '../ir/operations.ts';
import type { EmitContext } from './context.ts';

/** Bits 31 and 30: flipping both changes CF and keeps OF. */
const CARRY_PAIR = -0x40000000;
/** Bits of flagCarries that don't belong to CF and OF. */
const REST = FlagCarry.auxiliary | FlagCarry.flipParity | FlagCarry.flipSign;

/**
 * Statements that bring flagResult and flagCarries up to date after an operation (see FlagCarry in abi/state.ts).
 * `args` are the texts of the flags statement's arguments, `result` and `carries` those of the two words.
 */
export function flagsText(
  context: EmitContext,
  kind: FlagKind,
  size: number,
  args: string[],
  result: string,
  carries: string,
): string {
  const [a, b, r] = args;
  switch (kind) {
    case 'add':
    case 'adc':
      return `${result}=${signed(r, size)};${carries}=${keep(`(${a}&${b}|(${a}|${b})&~${r})`, size)};`;
    case 'sub':
    case 'sbb':
      return `${result}=${signed(r, size)};${carries}=${keep(`(~${a}&${b}|(~${a}|${b})&${r})`, size)};`;
    case 'logic':
      return `${result}=${signed(a, size)};${carries}=0;`;
    case 'inc':
      return incremented(`(${a}-1&~${a})`, a, size, result, carries);
    case 'dec':
      return incremented(`(~(${a}+1)&${a})`, a, size, result, carries);
    case 'other':
      return `${result}=${signed(a, size)};${carries}=${b}<<31|(${b}^${r})<<30|${args[3]}<<3;`;
    case 'compare':
      return `${result}=(${b}|${r})^1;${carries}=(${a}|${r})<<31>>1|${b}<<2;`;
    case 'carry':
      return `${carries}=${carries}^((${carries}^${a}<<31)>>31&${CARRY_PAIR});`;
    case 'carryOverflow':
      return `${carries}=${carries}&${REST}|${a}<<31|(${a}^${b})<<30;`;
    case 'zero':
      return fromImage(context, `${context.cell('flagsImage')}(${result},${carries})&-65|${a}<<6`, result, carries);
    case 'all':
      return fromImage(context, a, result, carries);
  }
}

/** INC and DEC: the carry vector `v`, but with the old CF. */
function incremented(vector: string, r: string, size: number, result: string, carries: string): string {
  const v = keep(vector, size);
  return `{const v=${v};${carries}=v^((v^${carries})>>31&${CARRY_PAIR});${result}=${signed(r, size)};}`;
}

function fromImage(context: EmitContext, image: string, result: string, carries: string): string {
  const convert = (name: 'flagResultOf' | 'flagCarriesOf') => `${context.cell(name)}(v)|0`;
  return `{const v=${image};${result}=${convert('flagResultOf')};${carries}=${convert('flagCarriesOf')};}`;
}

function signed(r: string, size: number): string {
  const shift = 32 - 8 * size;
  return shift === 0 ? r : `${r}<<${shift}>>${shift}`;
}

/** The bits of a carry vector that count: out of and into the sign bit (to 31 and 30), out of bit 3. */
function keep(vector: string, size: number): string {
  if (size === 4) return `${vector}&${FlagCarry.mask}`;
  return `${vector}<<${32 - 8 * size}&${CARRY_PAIR}|${vector}&8`;
}
