import { Key } from './abi/key.ts';
import type { Kind } from './handler.ts';
import { forms } from './x86/table/index.ts';

/** The most frequent instructions of flat 32-bit code: encodings and shapes (x86/instruction.ts), the most frequent first. */
const flat32: readonly string[] = [
  '8B /r 0',
  '89 /r 1',
  '89 /r 0',
  '50+r 1',
  '74 0',
  '58+r 1',
  '8D /r 0',
  '75 0',
  '83 /0 1',
  '85 /r 1',
  'E8 0',
  'C3 0',
  '31 /r 1',
  '39 /r 1',
  '01 /r 1',
  '83 /5 1',
  'B8+r 1',
  '83 /7 1',
  'EB 0',
  '83 /4 1',
  '0F B6 /r 0',
  '73 0',
  '72 0',
  'C7 /0 0',
  '84 /r 1',
  '40+r 1',
  '29 /r 1',
  '80 /7 0',
  'C1 /5 1',
  '77 0',
  'FF /6 0',
  'FF /4 0',
  'C1 /46 1',
  '39 /r 0',
  'D1 /5 1',
  '3C 0',
  'F6 /01 0',
  'A1 256',
  '76 0',
  '83 /1 1',
  '0F B7 /r 0',
  '3B /r 0',
  '83 /7 0',
  '80 /7 1',
  '3A /r 0',
  '8B /r 256',
  '88 /r 0',
  '09 /r 1',
  '21 /r 1',
  '8A /r 0',
  '03 /r 0',
  '0F AF /r 1',
  '0F 88 0',
  '0F B6 /r 1',
  'C6 /0 0',
  'A8 0',
  '89 /r 8',
  '6A 0',
  'C1 /0 1',
  '3D 0',
  '2B /r 256',
  'C1 /1 1',
  '33 /r 0',
  '83 /0 0',
];

/** Forms and shapes that are met most in code of a state key, the most frequent first. */
export function frequentKinds(key: number): readonly Kind[] {
  return key & Key.flat && key & Key.code32 ? flatKinds : [];
}

function kindOf(text: string): Kind {
  const [encoding, shape] = [text.slice(0, text.lastIndexOf(' ')), text.slice(text.lastIndexOf(' ') + 1)];
  const form = forms.find((one) => one.encoding === encoding);
  if (form === undefined) throw new Error(`there is no form ${encoding}`);
  return { form, shape: Number(shape) };
}

const flatKinds = flat32.map(kindOf);
