import { compileText } from '../../runtime/exec/compile.ts';
import { defaultTiering } from '../../runtime/exec/tiering.ts';
import { usualOptions } from '../../translator/emit/context.ts';
import { passes } from '../../translator/opt/pipeline.ts';
import { selectRegion } from '../../translator/region/select.ts';
import { type Translation, translate } from '../../translator/translate.ts';
import { decode } from '../../translator/x86/decode.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import { type SampleFunction, userKey } from './sample.ts';
import type { MicroTask } from './task.ts';

const options = usualOptions;
const lastPass = passes.at(-1)!.name;
const unit = 'instruction';

/** Times at which the stages of a translation ended. */
interface Stages {
  readonly start: number;
  lifted: number;
  optimized: number;
  readonly end: number;
}

/** The cost of translation, stage by stage, over all these functions. */
export function translationTasks(functions: readonly SampleFunction[]): MicroTask[] {
  const translations = functions.flatMap((sample) => translateSample(sample) ?? []);
  const units = translations.reduce((sum, { instructions }) => sum + instructions, 0);
  const stage = (name: string, time: (stages: Stages) => number): MicroTask => ({
    name,
    unit,
    units,
    run: () => functions.reduce((sum, sample) => sum + time(timedStages(sample)), 0),
  });
  return [
    decodeTask(functions),
    stage('select and lift', ({ start, lifted }) => lifted - start),
    stage('optimize', ({ lifted, optimized }) => optimized - lifted),
    stage('structure and emit', ({ optimized, end }) => end - optimized),
    stage('translate (all of these)', ({ start, end }) => end - start),
    compileTask(translations, units),
  ];
}

function translateSample({ source, entry }: SampleFunction): Translation | null {
  return translate({ source, entries: [entry], limits: defaultTiering, options });
}

function timedStages({ source, entry }: SampleFunction): Stages {
  const start = performance.now();
  let lifted = start;
  let optimized = start;
  const observe = (stage: string) => {
    if (stage === 'lift') lifted = performance.now();
    else if (stage === lastPass) optimized = performance.now();
  };
  translate({ source, entries: [entry], limits: defaultTiering, options, observe });
  return { start, lifted, optimized, end: performance.now() };
}

/** Decodes the instructions of all regions into one object. */
function decodeTask(functions: readonly SampleFunction[]): MicroTask {
  const addresses = functions.flatMap(({ source, entry }) =>
    selectRegion(source, [entry], defaultTiering).flatMap(({ instructions }) =>
      instructions.map(({ eip }) => ({ source, eip })),
    ),
  );
  const instruction = new Instruction(forms[INVALID_FORM]);
  return {
    name: 'decode',
    unit,
    units: addresses.length,
    run() {
      for (const { source, eip } of addresses) {
        const at = source.start + eip - source.eip;
        decode(source.code, at, at + 15, eip, userKey, instruction);
      }
      return undefined;
    },
  };
}

/** Text to functions that have not run yet. V8 keeps what it has compiled by its text: so each text is a new one. */
function compileTask(translations: readonly Translation[], units: number): MicroTask {
  let turn = 0;
  return {
    name: 'compile (new Function)',
    unit,
    units,
    run() {
      turn++;
      for (const { text } of translations) compileText(`${text}/*${turn}*/`);
      return undefined;
    },
  };
}
