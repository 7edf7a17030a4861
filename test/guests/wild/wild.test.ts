import { wildSettings } from './run.ts';
import { expectTamed } from './tests.ts';

expectTamed(
  ['triple faults', 'random code', 'a run of zeroes in real mode', 'a storm of timer interrupts'],
  wildSettings,
  1,
);
