import { Key } from '../../../translator/abi/key.ts';
import { generate } from '../../../translator/x86/generate.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { Random } from '../../support/random.ts';
import type { Start } from './machine.ts';
import { type FuzzMode, randomSetting, type Setting } from './modes.ts';
import { randomEntry, randomStart } from './start.ts';
import { memoryImage } from './tables.ts';

/** Random code, the mode it runs in, and the runs that it is given. */
export interface Program {
  readonly setting: Setting;
  readonly image: Uint8Array;
  readonly seed: number;
  readonly starts: readonly Start[];
}

const CODE_BYTES = 0x4000;
const ENTRIES = 40;
/** Runs from each entry: it is translated on the way. */
const RUNS = 6;
const plain = forms.filter((form) => form.class === 'plain' || form.class === 'control');

/** Bytes anyhow, or valid instructions of all forms with random operands. */
function randomCode(random: Random, setting: Setting): Uint8Array {
  const code = Uint8Array.from({ length: CODE_BYTES }, () => random.below(256));
  if (random.chance(50)) return code;
  const key = setting.mode.bits === 32 ? Key.code32 | Key.stack32 : 0;
  for (let at = 0; at < CODE_BYTES - 16; ) {
    const form = random.pick(random.chance(85) ? plain : forms);
    const bytes = generate(form, () => random.below(0x1000000) / 0x1000000, key);
    code.set(bytes, at);
    at += bytes.length;
  }
  return code;
}

export function makeProgram(mode: FuzzMode, seed: number): Program {
  const random = new Random(seed);
  const setting = randomSetting(mode, random);
  const image = memoryImage(random, randomCode(random, setting), setting.paging === 'PAE');
  const entries = Array.from({ length: ENTRIES }, () => randomEntry(setting, random));
  const starts = Array.from({ length: ENTRIES * RUNS }, (_, n) =>
    randomStart(setting, entries[Math.floor(n / RUNS)]!, random),
  );
  return { setting, image, seed, starts };
}
