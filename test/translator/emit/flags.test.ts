import { afterAll, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { flatSegment } from '../../../translator/region/select.ts';
import { translate } from '../../../translator/translate.ts';
import { runTranslation, stepLike } from '../../support/block-runner.ts';
import { decodeBytes, FLAT_KEY, randomFrom } from '../../support/samples.ts';
import { TestCpu } from '../../support/test-cpu.ts';

const ORIGIN = 0x1000;
const random = randomFrom(51);
const cpu = new TestCpu('$flags', 'budget', random);
afterAll(() => cpu.dispose());

/** Code whose flags are made in one place and seen in another. */
const guests: Record<string, string> = {
  'made before a join, seen after it': `
          cmp eax, ebx
          jb join
          add edx, ecx
    join: lahf
          setp bl
          ret`,
  'made before a loop and in it': `
          test edx, edx
    next: adc eax, ebx
          dec cl
          jnz next
          pushf
          ret`,
  'of three kinds at a join, with the carry kept on top': `
          cmp al, bl
          jb join
          shl edx, 3
          jc join
          neg bx
    join: inc ecx
          setc dh
          mov eax, [esi]
          lahf
          ret`,
  'read by a shift that may not happen, and made anew after it': `
          cmp eax, ebx
          jb join
          add edx, eax
    join: rcl ebx, cl
          test edx, edx
          stc
          jz again
          nop
    again: lahf
          setc bl
          ret`,
  'changed by a shift that may not happen': `
          sub eax, edx
          jo join
          add ebx, 1
    join: sar esi, cl
          jc out
          shl di, cl
    out:  lahf
          seto bl
          ret`,
  'kept over a call that changes them': `
          cmp eax, ebx
          jb call
          add edx, ecx
    call: call 0x1800
          jo out
          inc eax
    out:  lahf
          ret`,
  'many changes on top of each other': `
          add eax, ebx
          inc ecx
          stc
          dec edx
          cmc
          inc esi
          bt eax, 3
          jp join
          imul eax, ecx
          inc ebx
    join: lahf
          seto dl
          mov [edi], eax
          ret`,
  'at a fault in a loop': `
    next: sub eax, [esi]
          adc edx, 0
          add esi, 4
          loop next
          ret`,
};

test.each(Object.entries(guests))('flags %s', (_name, source) => {
  const code = new Uint8Array(4096);
  code.set(assemble(source, { origin: ORIGIN }).bytes);
  const limits = { blocks: 16, instructions: 100 };
  const page = { code, start: 0, eip: ORIGIN, key: FLAT_KEY, segment: flatSegment };
  const translation = translate({ source: page, entries: [ORIGIN], limits, options: cpu.options })!;
  const fetch = (eip: number) => decodeBytes(code.subarray(eip - ORIGIN), eip, FLAT_KEY);
  for (let n = 0; n < 200; n++) {
    cpu.randomize(random, 100);
    const actual = runTranslation(cpu, translation, ORIGIN);
    expect(actual, translation.text).toEqual(stepLike(cpu, actual, ORIGIN, fetch, FLAT_KEY));
  }
});
