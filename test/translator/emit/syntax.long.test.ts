import { describe, expect, test } from 'vitest';
import { checkText, TextError } from '../../../src/isolate/check-text.ts';
import type { EmitOptions, Pacing } from '../../../translator/emit/context.ts';
import { bindHandler } from '../../../translator/handler.ts';
import { verifyRegion } from '../../../translator/ir/verify.ts';
import { translate } from '../../../translator/translate.ts';
import { randomCode } from '../../support/random-code.ts';
import { allSamples, distinctShapes, randomFrom, stateKeys } from '../../support/samples.ts';

const optionsFor = (pacing: Pacing): EmitOptions => ({ suffix: '$1', memoryBytes: 1 << 20, pacing, callDepth: 100 });

describe('the check of emitted text', () => {
  test.each([
    ['function f(i){return i.next', 'Unexpected token'],
    ['function f(i){const t=1;const t=2;}', "Identifier 't' has already been declared"],
    ['function f(i){while(true){}continue L0;}', 'Unsyntactic continue'],
    ['f(1)', 'not one function declaration'],
    ['function f(i){return S$1[t0];}', 't0 is not declared here'],
    ['function f(i){S[0]=t0;const t0=1;}', 't0 is not declared here'],
    ['function f(i){if(i.eip){const t0=1;}return t0;}', 't0 is not declared here'],
    ['function f(i){return process.exit();}', 'process is not declared here'],
    ['function f(i){return i.nextNode;}', 'a node has no nextNode'],
  ])('refuses %s', (text, message) => {
    expect(() => checkText(text)).toThrow(TextError);
    expect(() => checkText(text)).toThrow(message);
  });

  test('accepts labels, nested scopes and cells with a suffix', () => {
    checkText(
      'function f(i){let x=0;L0:while(true){const t0=S$1[x];if(t0<0){const t1=Math.imul(t0,2);return AT(t1);}continue L0;}}',
    );
  });
});

describe.each<Pacing>(['poll', 'budget'])('emitted text, pacing by %s', (pacing) => {
  const options = optionsFor(pacing);

  test('handlers of every form, in all shapes and keys that come up', () => {
    const samples = distinctShapes(allSamples(randomFrom(21), 4));
    for (const { instruction, key } of samples) {
      // What heats does so alike with any pacing.
      if (pacing === 'poll') checkText(bindHandler(instruction, key, 'plain', options));
      else checkText(bindHandler(instruction, key, 'heating', options));
    }
    expect(samples.length).toBeGreaterThan(7000);
  });

  test('regions of random code; their IR is verified after every stage', () => {
    const random = randomFrom(22);
    const found = { regions: 0, loops: 0, blocks: 0, calls: 0 };
    for (let n = 0; n < 24; n++) {
      const source = randomCode(random, stateKeys[n % stateKeys.length]);
      for (let entry = 0; entry < 8; entry++) {
        const limits = { blocks: 1 + Math.floor(random() * 64), instructions: 400 };
        const at = source.starts[Math.floor(random() * source.starts.length)];
        const observe = (_stage: string, region: Parameters<typeof verifyRegion>[0]) => verifyRegion(region);
        const translation = translate({ source, entries: [at], limits, options, observe });
        if (translation === null) continue;
        checkText(translation.text);
        found.regions++;
        found.blocks += translation.blocks;
        if (/while\(true\)/.test(translation.text)) found.loops++;
        if (/CALL\$1/.test(translation.text)) found.calls++;
      }
    }
    expect(found.regions).toBeGreaterThan(100);
    expect(found.blocks / found.regions).toBeGreaterThan(5);
    expect(found.loops).toBeGreaterThan(20);
    expect(found.calls).toBeGreaterThan(10);
  });
});
