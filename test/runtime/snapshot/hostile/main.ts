import { hunt } from './hunt.ts';

/** `npm run states -- [COUNT [SEED [FIRST]]]`: changed states of a machine with every device, each of which it must refuse or survive. */
const [count = 10_000, seed = 1, first = 0] = process.argv.slice(2).map(Number);
let findings = 0;
const taken = await hunt({
  ...{ seed, count, first },
  found: ({ number, first, mutation, problem }) => {
    findings++;
    console.log(
      `state ${number} (npm run states -- ${number - first + 1} ${seed} ${first}): ${mutation}\n  ${problem}`,
    );
  },
});
console.log(`${count} states, ${taken} taken by the machine, ${findings} findings`);
process.exitCode = findings === 0 ? 0 : 1;
