import { Key } from '../../translator/abi/key.ts';
import { type CodeSource, flatSegment } from '../../translator/region/select.ts';
import { generate, type Random } from '../../translator/x86/generate.ts';
import type { Instruction } from '../../translator/x86/instruction.ts';
import type { Form } from '../../translator/x86/table/form.ts';
import { forms } from '../../translator/x86/table/index.ts';
import { decodeBytes, usesVectors } from './samples.ts';

const PAGE = 4096;
const LONGEST = 15;

const plain = forms.filter((form) => form.class === 'plain');
/** Those that seldom need the runtime. */
const integer = plain.filter((form) => !usesVectors(form));
const control = forms.filter((form) => form.class === 'control');
const sensitive = forms.filter((form) => form.class === 'sensitive' && form.feature !== 'fpu');
const isJump = (form: Form): boolean => form.operands[0]?.[0] === 'J';
const jumps = control.filter(isJump);

/** A page of random code whose relative jumps lead to instructions nearby, most of them. */
export function randomCode(random: Random, key: number): CodeSource & { starts: number[] } {
  const code = new Uint8Array(PAGE);
  const eip = key & Key.code32 ? 0x12340000 : 0x3000;
  const starts: number[] = [];
  for (let at = 0; at < PAGE - LONGEST; ) {
    const bytes = generate(randomForm(random), random, key);
    code.set(bytes, at);
    starts.push(at);
    at += bytes.length;
  }
  for (const [n, start] of starts.entries()) if (random() < 0.95) aim(code, starts, n, start, random, key);
  return { code, start: 0, eip, key, segment: flatSegment, starts: starts.map((start) => eip + start) };
}

function randomForm(random: Random): Form {
  const share = random();
  const list = share < 0.6 ? integer : share < 0.75 ? plain : share < 0.93 ? jumps : share < 0.98 ? control : sensitive;
  return list[Math.floor(random() * list.length)];
}

/** Makes the jump at a place, if there is one, lead to an instruction at most 20 away. */
function aim(code: Uint8Array, starts: readonly number[], n: number, start: number, random: Random, key: number): void {
  const instruction = decodeBytes(code.subarray(start, start + LONGEST), start, key);
  const target = starts[n - 20 + Math.floor(random() * 40)];
  if (target === undefined || !isJump(instruction.form)) return;
  const distance = target - instruction.nextEip;
  const bytes = distanceBytes(instruction);
  if (bytes === 1 && distance !== (distance << 24) >> 24) return;
  for (let byte = 0; byte < bytes; byte++) code[instruction.nextEip - bytes + byte] = distance >> (8 * byte);
}

function distanceBytes(instruction: Instruction): number {
  if (instruction.form.operands[0] === 'Jb') return 1;
  // As Shape.operand16 says; it is bit 3.
  return instruction.shape & 8 ? 2 : 4;
}
