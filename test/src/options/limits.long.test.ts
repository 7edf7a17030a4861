import { afterEach, expect, test } from 'vitest';
import { Machine, type MachineOptions, openMonitor, openQmp } from '../../../src/index.ts';

const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.stop();
});

async function makeDemo(options: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await Machine.create({ memory: 16, boot: { demo: true }, ...options });
  machines.push(machine);
  return machine;
}

/** Runs until the next limit; its name, and the instructions executed then. */
async function runToLimit(machine: Machine): Promise<[name: string, instructions: number]> {
  const reached = new Promise<string>((resolve) => machine.once('limit', resolve));
  await machine.start();
  const name = await reached;
  expect(machine.state).toBe('paused');
  return [name, (await machine.metrics()).instructions];
}

test('two machines of a process are paused, each at its own number of instructions', async () => {
  const icount = { shift: 3 };
  const [first, second] = [await makeDemo({ icount, limits: { instructions: 5000 } }), await makeDemo({ icount })];
  await second.setLimits({ instructions: 9000 });
  expect(await Promise.all([runToLimit(first), runToLimit(second)])).toEqual([
    ['instructions', 5000],
    ['instructions', 9000],
  ]);
  await first.setLimits({ instructions: 5001 });
  expect(await runToLimit(first)).toEqual(['instructions', 5001]);
  expect(await runToLimit(second)).toEqual(['instructions', 9000]);
  await second.setLimits({ instructions: undefined });
  await second.start();
  await second.serial.expect(/demo> $/);
});

test('a machine that takes more memory than it may is paused, and goes on with more', async () => {
  const machine = await makeDemo({ limits: { memory: 16 } });
  const [name] = await runToLimit(machine);
  expect(name).toBe('memory');
  await machine.setLimits({ memory: '4G' });
  await machine.start();
  await machine.serial.expect(/demo> $/);
});

test('a guest with a small share of the processor comes to its end too', async () => {
  const machine = await makeDemo({ limits: { processor: 50 } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('bench 1\r');
  await machine.serial.expect(/primes/);
});

test.each(['worker', 'caller'] as const)(
  'a machine is ended when its time is over, in the thread of the %s',
  async (isolate) => {
    const machine = await makeDemo({ isolate, limits: { time: 3600 } });
    const reached = new Promise<string>((resolve) => machine.once('limit', resolve));
    await machine.start();
    await machine.serial.expect(/demo> $/);
    machine.serial.write('bench 100000\r');
    await machine.setLimits({ time: 0.001 });
    expect(await reached).toBe('time');
    expect(await machine.exited).toEqual({ reason: 'time-limit', code: 124 });
    expect(machine.state).toBe('ended');
  },
);

test('a machine that stands still is ended too, and one without the limit is not', async () => {
  const machine = await makeDemo({ limits: { time: 0.2 } });
  expect(await machine.exited).toEqual({ reason: 'time-limit', code: 124 });
  const other = await makeDemo({ limits: { time: 3600 } });
  await other.setLimits({ time: undefined });
  await other.stop();
  expect(await other.exited).toEqual({ reason: 'stopped', code: 0 });
});

test('limits that cannot be are refused, and nothing changes', async () => {
  const machine = await makeDemo({ limits: { processor: 50 } });
  await expect(machine.setLimits({ processor: 0 })).rejects.toThrow(
    'limits.processor is 0; it must be a number from 1',
  );
  await expect(machine.setLimits({ instructions: 5 })).rejects.toThrow('give icount');
  const others = [{ processor: '50' }, { memory: Number.NaN }, { memory: 0 }, { memory: null }, null, 5];
  for (const limits of [...others, ...[0, Number.NaN, -1, null, '5'].map((instructions) => ({ instructions }))])
    await expect(machine.setLimits(limits as object)).rejects.toThrow(/^limits(\.\w+)?( is|: )/);
  for (const slack of [-1, 1001, 0.5, '5', null])
    await expect(machine.setLimits({ slack } as object)).rejects.toThrow(/^limits.slack is /);
  await expect(machine.setLimits({ memory: 'x' })).rejects.toThrow("'x' is not a memory size");
  await expect(makeDemo({ isolate: 'caller', limits: { instructions: 5 } })).rejects.toThrow('give icount');
  await expect(makeDemo({ limits: { turns: 5 } as object })).rejects.toThrow("unknown 'turns' in limits");
  for (const time of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'])
    await expect(machine.setLimits({ time } as object)).rejects.toThrow('it must be a number of seconds, more than 0');
  expect(machine.limits).toEqual({ processor: 50 });
});

test('limits that are set at the same time all hold', async () => {
  const machine = await makeDemo({ icount: { shift: 3 } });
  await Promise.all([machine.setLimits({ instructions: 5000 }), machine.setLimits({ processor: 90 })]);
  expect(machine.limits).toEqual({ instructions: 5000, processor: 90 });
  expect(await runToLimit(machine)).toEqual(['instructions', 5000]);
});

test('monitor and QMP show and change limits', async () => {
  const machine = await makeDemo({ icount: { shift: 3 } });
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  expect(await monitor.execute('info limits')).toBe(
    'processor: no limit\nmemory: no limit\ninstructions: no limit\ntime: no limit\nslack: 0 milliseconds\n',
  );
  expect(await monitor.execute('set_limit processor 30')).toBe('');
  expect(await monitor.execute('set_limit memory 512')).toBe('');
  expect(await qmp.execute('__org.rawiron_query-limits')).toEqual({ processor: 30, memory: 512 << 20 });
  await qmp.execute('__org.rawiron_set-limits', { processor: 0, instructions: 1000 });
  expect(await monitor.execute('info limits')).toBe(
    'processor: no limit\nmemory: 512 MB\ninstructions: 1000\ntime: no limit\nslack: 0 milliseconds\n',
  );
  expect(await monitor.execute('set_limit memory off')).toBe('');
  expect(await monitor.execute('set_limit time 3600')).toBe('');
  expect(await qmp.execute('__org.rawiron_query-limits')).toEqual({ instructions: 1000, time: 3600 });
  expect(await monitor.execute('info limits')).toContain('time: 3600 seconds\n');
  expect(await monitor.execute('set_limit slack 20')).toBe('');
  expect(await qmp.execute('__org.rawiron_query-limits')).toMatchObject({ slack: 20 });
  expect(await monitor.execute('info limits')).toContain('slack: 20 milliseconds\n');
  await qmp.execute('__org.rawiron_set-limits', { time: 0, slack: 0 });
  expect(machine.limits).toEqual({ instructions: 1000 });
  expect(await monitor.execute('set_limit turns 5')).toBe(
    "Error: there is no limit 'turns'; there are processor, instructions, memory, time, slack\n",
  );
  expect(await monitor.execute('set_limit processor 0')).toBe(
    'Error: limits.processor is 0; it must be a number from 1 to 100\n',
  );
  await expect(qmp.execute('__org.rawiron_set-limits')).rejects.toThrow("Need at least one of 'processor'");
});
