import { wildSettings } from './run.ts';
import { expectTamed } from './tests.ts';

// wild.long.test.ts has all guests in all settings.
expectTamed(
  ['triple faults', 'random code', 'a run of zeroes in real mode', 'a storm of timer interrupts'],
  wildSettings.filter(({ engine, isolate }) => (engine === 'translator') === (isolate === 'worker')),
  1,
);
