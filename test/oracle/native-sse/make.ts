import { generateCases, testedForms } from './generate.ts';
import { runOnHost } from './host.ts';
import { writeVectors } from './record.ts';

/** `node make.ts FILE [cases for a form with each sort of operand] [seed]` */
const [file, count = '8', seed = '1'] = process.argv.slice(2);
if (!file) throw new Error('usage: make.ts FILE [cases] [seed]');
const cases = generateCases(Number(seed), Number(count));
const { input, output } = runOnHost(cases);
writeVectors(file, input, output);
console.log(`${cases.length} vectors of ${testedForms.length} forms`);
