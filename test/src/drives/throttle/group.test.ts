import { expect, test } from 'vitest';
import { ThrottleGroup, type Transfer } from '../../../../src/drives/throttle/group.ts';
import type { DriveLimits } from '../../../../src/drives/throttle/limits.ts';
import { VirtualTimers } from '../../../support/virtual-timers.ts';

const reading = (bytes: number): Transfer => ({ type: 'read', bytes });
const writing = (bytes: number): Transfer => ({ type: 'write', bytes });

/** A group whose requests are noted, with the virtual milliseconds at which they go. */
function makeGroup(limits: DriveLimits) {
  const timers = new VirtualTimers();
  const group = new ThrottleGroup(timers);
  const gone: [name: string, at: number][] = [];
  group.setLimits(limits);
  const ask = (name: string, transfer: Transfer) => {
    const admitted = group.admit(transfer);
    if (admitted) void admitted.then(() => gone.push([name, timers.now()]));
    else gone.push([name, timers.now()]);
  };
  return { group, timers, gone, ask };
}

test('in ten seconds as many bytes go as ten seconds allow, in their order', async () => {
  const { timers, gone, ask } = makeGroup({ bps: 1000 });
  for (let n = 0; n < 100; n++) ask(`${n}`, n % 2 ? reading(500) : writing(500));
  await timers.pass(10_000);
  // One goes when the bucket, which holds a tenth of a second's, is full.
  expect(gone.map(([name]) => name)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
});

test('requests are counted whatever their size; a large one counts as several where that was said', async () => {
  const small = makeGroup({ iops: 10 });
  for (let n = 0; n < 100; n++) small.ask(`${n}`, reading(1 << 20));
  await small.timers.pass(5000);
  expect(small.gone).toHaveLength(50);
  const large = makeGroup({ iops: 10, iopsSize: 1 << 18 });
  for (let n = 0; n < 100; n++) large.ask(`${n}`, reading(1 << 20));
  await large.timers.pass(4900);
  expect(large.gone).toHaveLength(13);
});

test('a limit of one direction lets the other one alone', async () => {
  const { gone, ask, timers } = makeGroup({ bpsRead: 1000 });
  for (let n = 0; n < 3; n++) ask('write', writing(1 << 20));
  expect(gone).toHaveLength(3);
  ask('read', reading(1000));
  ask('write after a read', writing(1));
  await timers.pass(99);
  expect(gone).toHaveLength(3);
  await timers.pass(1);
  expect(gone.slice(3)).toEqual([
    ['read', 100],
    ['write after a read', 100],
  ]);
});

test('a burst goes at once, and no faster than its own rate where it is long', async () => {
  const short = makeGroup({ bps: 1000, bpsMax: 5000 });
  await short.timers.pass(60_000);
  for (let n = 0; n < 20; n++) short.ask(`${n}`, reading(500));
  expect(short.gone).toHaveLength(10);
  const long = makeGroup({ bps: 1000, bpsMax: 5000, bpsMaxLength: 4 });
  await long.timers.pass(60_000);
  for (let n = 0; n < 100; n++) long.ask(`${n}`, reading(500));
  expect(long.gone).toHaveLength(1);
  await long.timers.pass(1000);
  expect(long.gone).toHaveLength(11);
});

test('what waits goes by new limits, and without limits at once', async () => {
  const { group, gone, ask, timers } = makeGroup({ iops: 1 });
  for (let n = 0; n < 9; n++) ask(`${n}`, reading(512));
  await timers.pass(1000);
  expect(gone).toHaveLength(1);
  group.setLimits({ iops: 1000 });
  await timers.pass(3);
  expect(gone).toHaveLength(4);
  group.setLimits({});
  await timers.pass(0);
  expect(gone).toHaveLength(9);
});

test('nothing waits while limits are suspended', async () => {
  const { group, gone, ask, timers } = makeGroup({ bps: 1 });
  for (let n = 0; n < 3; n++) ask(`${n}`, writing(4096));
  group.isSuspended = true;
  await timers.pass(0);
  ask('3', writing(4096));
  expect(gone.map(([, at]) => at)).toEqual([0, 0, 0, 0]);
  group.isSuspended = false;
  ask('4', writing(1));
  await timers.pass(1000);
  expect(gone).toHaveLength(4);
});
