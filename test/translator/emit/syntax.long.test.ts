import { describe, expect, test } from 'vitest';
import { compileText } from '../../../runtime/exec/compile.ts';
import { checkText, TextError } from '../../../src/isolate/check-text.ts';
import { type EmitOptions, type Pacing, usualOptions } from '../../../translator/emit/context.ts';
import type { FastPath } from '../../../translator/emit/loop.ts';
import { frequentKinds } from '../../../translator/frequent.ts';
import { bindFastPath, bindHandler, bindLoop, type Kind } from '../../../translator/handler.ts';
import { verifyRegion } from '../../../translator/ir/verify.ts';
import { translate } from '../../../translator/translate.ts';
import { randomCode } from '../../support/random-code.ts';
import { allSamples, distinctShapes, randomFrom, stateKeys } from '../../support/samples.ts';

const optionsFor = (pacing: Pacing): EmitOptions => ({ ...usualOptions, suffix: '$1', pacing });

const samples = distinctShapes(allSamples(randomFrom(21), 4));

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
    ['function f(record){const record=1;}', "Identifier 'record' has already been declared"],
    ['function f(record){if(record>0){const record=1;}}', 'record is the name of a parameter too'],
    ['function f(record){let x=record;try{x=1;}catch(record){}}', 'record is the name of a parameter too'],
    ['function f(record){record=1;}', 'the parameter record is assigned to'],
    ['function f(record){record++;}', 'the parameter record is assigned to'],
    ['function f(record){const TABLES=1;}', 'TABLES is the name of a cell too'],
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

describe.each<Pacing>(['poll', 'budget', 'jumps'])('emitted text, pacing by %s', (pacing) => {
  const options = optionsFor(pacing);

  test('handlers of every form, in all shapes and keys that come up', () => {
    for (const { instruction, key } of samples) {
      const text = bindHandler(instruction, key, options);
      checkText(text);
      // As an engine compiles it: acorn may take what V8 does not.
      compileText(text);
    }
    expect(samples.length).toBeGreaterThan(7000);
  });

  test('loops with the fast paths of every form that has one, for each key', () => {
    for (const key of stateKeys) {
      const paths = samples
        .filter((sample) => sample.key === key)
        .flatMap(({ instruction }) => bindFastPath(instruction, key, options) ?? []);
      const different = [...new Map(paths.map((path): [string, FastPath] => [path.text, path])).values()];
      expect(different.length).toBeGreaterThan(300);
      const text = bindLoop(different, key, options);
      checkText(text);
      compileText(text);
    }
  });

  test('forms with the handler of a frequent one have its fast path', () => {
    const bodyOf = (kind: Kind, key: number) => bindHandler(kind, key, options).replace(/^.*?\(/, '');
    let shared = 0;
    for (const key of stateKeys) {
      const frequent = frequentKinds(key);
      const paths = new Map(frequent.map((kind) => [bodyOf(kind, key), bindFastPath(kind, key, options)?.text]));
      for (const { instruction } of samples.filter((sample) => sample.key === key)) {
        const path = paths.get(bodyOf(instruction, key));
        if (path === undefined) continue;
        expect(bindFastPath(instruction, key, options)?.text, instruction.form.encoding).toBe(path);
        shared++;
      }
    }
    expect(shared).toBeGreaterThan(60);
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
