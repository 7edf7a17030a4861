import { Key } from './abi/key.ts';
import type { Kind } from './handler.ts';
import { forms } from './x86/table/index.ts';

/** The most frequent instructions of flat 32-bit code: encodings and shapes (x86/instruction.ts), the most frequent first. */
const flat32: readonly string[] = [
  '8B /r 0',
  '89 /r 0',
  '8B /r 1',
  '89 /r 1',
  '50+r 1',
  '58+r 1',
  '75 0',
  '74 0',
  '85 /r 1',
  '8D /r 0',
  'B8+r 1',
  'C3 0',
  'E8 0',
  '83 /0 1',
  '31 /r 1',
  '83 /7 1',
  '0F B6 /r 0',
  'C7 /0 0',
  '83 /5 1',
  '39 /r 1',
  'EB 0',
  '01 /r 1',
  '29 /r 1',
  '77 0',
  '83 /4 1',
  '83 /7 0',
  'F6 /01 0',
  'C1 /5 1',
  '73 0',
  '72 0',
  '76 0',
  'C1 /46 1',
  '0F 84 0',
  '0F 85 0',
  '21 /r 1',
  'E9 0',
  '09 /r 1',
  '03 /r 0',
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
