import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { checkText } from '../../../src/isolate/check-text.ts';
import { Key } from '../../../translator/abi/key.ts';
import { bindHandler } from '../../../translator/handler.ts';
import { printRegion } from '../../../translator/ir/print.ts';
import { flatSegment } from '../../../translator/region/select.ts';
import { type TranslationRequest, translate } from '../../../translator/translate.ts';
import { formatInstruction } from '../../../translator/x86/format.ts';
import { type GoldenGuest, goldenGuests } from '../../support/golden-guests.ts';
import { decodeBytes, FLAT_KEY } from '../../support/samples.ts';

const ORIGIN = 0x1000;
const golden = join(import.meta.dirname, '../../golden');

/** The instruction with a number, counted from 0. */
function instructionAt(bytes: Uint8Array, key: number, number: number) {
  let instruction = decodeBytes(bytes, ORIGIN, key);
  for (let n = 0; n < number; n++) {
    instruction = decodeBytes(bytes.subarray(instruction.nextEip - ORIGIN), instruction.nextEip, key);
  }
  return instruction;
}

const section = (title: string, text: string): string => `=== ${title}\n${text.trim()}\n`;

function unindent(text: string): string {
  return text.replace(/^\n/, '').replace(/^ {6}/gm, '');
}

/** All stages of a translation, as text. */
function stagesOf({ source, handler, key = FLAT_KEY, pacing = 'poll' }: GoldenGuest): string {
  const { bytes } = assemble(source, { origin: ORIGIN, bits: key & Key.code32 ? 32 : 16 });
  const code = new Uint8Array(4096);
  code.set(bytes);
  const ir: string[] = [];
  const options = { suffix: '', memoryBytes: 128 << 20, pacing, callDepth: 100, records: 1 << 20 };
  const request: TranslationRequest = {
    source: { code, start: 0, eip: ORIGIN, key, segment: flatSegment },
    entries: [ORIGIN],
    limits: { blocks: 64, instructions: 400 },
    options,
    observe: (_stage, region) => ir.push(printRegion(region)),
  };
  const { text, links } = translate(request)!;
  const one = instructionAt(bytes, key, handler);
  const handlerText = bindHandler(one, key, options);
  for (const emitted of [text, handlerText]) checkText(emitted);
  return [
    `=== Guest\n${unindent(source).trimEnd()}\n`,
    section('IR as lifted', ir[0]),
    section('IR after all passes', ir.at(-1)!),
    section('Region', text),
    section('Links', links.map(({ eip, kind }, n) => `${n} ${eip.toString(16)} ${kind}`).join('\n')),
    section(`Handler of ${formatInstruction(one)}`, handlerText),
  ].join('\n');
}

test.each(goldenGuests.map((guest) => [guest.name, guest] as const))('%s', async (name, guest) => {
  await expect(stagesOf(guest)).toMatchFileSnapshot(join(golden, `${name}.txt`));
});
