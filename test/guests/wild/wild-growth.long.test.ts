import { wildSettings } from './run.ts';
import { expectTamed } from './tests.ts';

/** Those that make objects of the host's all the time. */
const makers = [
  'triple faults',
  'changes each instruction before it runs',
  'writes functions and calls each once',
  'writes functions and calls each often',
  'the same code by ever other segments',
  'random code',
  'random code in real mode',
  'output without end',
];

// In a worker the heap has bounds. In the caller's thread V8 lets garbage pile up, slowly where little is made.
expectTamed(
  makers,
  wildSettings.filter(({ isolate }) => isolate === 'caller'),
  30,
);
