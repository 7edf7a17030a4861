import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host.ts';
import { Machine } from '../../../src/machine/machine.ts';
import type { MachineOptions } from '../../../src/options/options.ts';
import { fakeHost, fakeMachine } from '../support/fake-machine.ts';

const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

async function makeMachine(options: Partial<MachineOptions>): Promise<{ machine: Machine; events: string[] }> {
  const machine = await fakeMachine(options);
  machines.push(machine);
  const events: string[] = [];
  for (const name of ['running', 'paused', 'reset', 'halt'] as const) machine.on(name, () => events.push(name));
  machine.on('exit', ({ reason, code }) => events.push(`exit ${reason} ${code}`));
  return { machine, events };
}

type Isolate = 'worker' | 'caller';
const isolates: readonly Isolate[] = ['worker', 'caller'];
const maker =
  (isolate: Isolate) =>
  (options: Partial<MachineOptions> = {}) =>
    makeMachine({ isolate, ...options });

test.each(isolates)('a machine is made when somebody watches its time, in isolate: %s', async (isolate) => {
  let open!: () => void;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const events: string[] = [];
  const host: Host = {
    ...fakeHost,
    startIsolate(...parts) {
      const started = fakeHost.startIsolate(...parts);
      const watch = started.watch.bind(started);
      started.watch = async (state) => {
        events.push('asked');
        await gate;
        await watch(state);
        events.push('watched');
      };
      return started;
    },
  };
  const made = Machine.create({ boot: { demo: true }, isolate }, host).then((machine) => {
    events.push('made');
    machines.push(machine);
  });
  while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // Long enough for one that doesn't wait.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(events).toEqual(['asked']);
  open();
  await made;
  expect(events).toEqual(['asked', 'watched', 'made']);
});

describe.each(isolates)('serial ports of a machine in isolate: %s', (isolate) => {
  const make = maker(isolate);

  test('serial ports carry bytes both ways', async () => {
    const { machine } = await make();
    await machine.start();
    machine.serial.write('hello é');
    await machine.serial.expect(/^HELLO é$/);
  });

  test('input that comes before the start waits for it', async () => {
    const { machine } = await make();
    machine.serial.write('a');
    expect(await machine.metrics()).toMatchObject({ runs: 0 });
    await machine.start();
    await machine.serial.expect(/A/);
  });

  test('output is delivered while the guest goes on computing', async () => {
    const { machine } = await make();
    await machine.start();
    machine.serial.write('x*');
    await machine.serial.expect(/X/);
  });
});

describe.each(isolates)('flow control of a machine in isolate: %s', (isolate) => {
  const make = maker(isolate);

  test('a guest that writes more than is taken stalls, and goes on', async () => {
    const { machine } = await make();
    const gate = Promise.withResolvers<void>();
    let length = 0;
    machine.serial.on('data', (bytes) => {
      length += bytes.length;
      return gate.promise;
    });
    await machine.start();
    machine.serial.write('~');
    await expect.poll(() => length).toBe(600 * 1024);
    const { runs } = await machine.metrics();
    machine.serial.write('z');
    expect(await machine.metrics()).toMatchObject({ runs });
    gate.resolve();
    await machine.serial.expect(/Z/);
  });

  test('a guest that writes without end is stopped soon when nobody takes it', async () => {
    const { machine } = await make();
    const gate = Promise.withResolvers<void>();
    let length = 0;
    machine.serial.on('data', (bytes) => {
      length += bytes.length;
      return gate.promise;
    });
    await machine.start();
    machine.serial.write('+');
    await expect.poll(() => length).toBeGreaterThan(256 * 1024);
    await machine.pause();
    expect(length).toBeLessThan(320 * 1024);
    gate.resolve();
  });

  test('input that the guest does not take waits on the side of who writes it', async () => {
    const { machine } = await make();
    await machine.start();
    machine.serial.write('*');
    let echoed = 0;
    machine.serial.on('data', ({ length }) => {
      echoed += length;
    });
    let written = false;
    const all = machine.serial.write('x'.repeat(100_000)).then(() => {
      written = true;
    });
    await machine.metrics();
    expect(written).toBe(false);
    await machine.reset();
    await all;
    await machine.serial.write('!');
    await machine.exited;
    expect(echoed).toBeGreaterThan(80_000);
  });

  test('a write that the end of the machine interrupts is rejected, if anyone waits for it', async () => {
    const { machine } = await make();
    machine.serial.write('x'.repeat(100_000));
    const write = machine.serial.write('y');
    await machine.stop();
    await expect(write).rejects.toThrow('the machine has ended (stopped): it takes no more input');
    await expect(machine.serial.write('z')).rejects.toThrow('the machine has ended (stopped): it takes no more input');
  });
});

describe.each(isolates)('life of a machine in isolate: %s', (isolate) => {
  const make = maker(isolate);

  test('the guest ends it', async () => {
    const { machine, events } = await make();
    await machine.start();
    machine.serial.write('a#');
    expect(await machine.exited).toEqual({ reason: 'exit', code: 33 });
    expect(events).toEqual(['running', 'exit exit 33']);
    expect(machine.state).toBe('ended');
    await machine.serial.expect(/A/);
    await expect(machine.serial.expect(/B/)).rejects.toThrow('the machine has ended (exit)');
    await expect(machine.start()).rejects.toThrow('the machine has ended');
    await expect(machine.reset()).rejects.toThrow('the machine has ended');
    expect(await machine.metrics()).toMatchObject({ instructions: 5 });
  });

  test('a caller gets through to a guest that computes', async () => {
    const { machine, events } = await make();
    await machine.start();
    machine.serial.write('a*');
    await machine.serial.expect(/A/);
    expect(await machine.metrics()).toMatchObject({ resets: 0 });
    await machine.pause();
    await machine.reset();
    await machine.resume();
    machine.serial.write('b');
    await machine.serial.expect(/B/);
    expect(events).toEqual(['running', 'paused', 'reset', 'running']);
  });

  test('timers reach a guest that waits and one that computes', async () => {
    const { machine } = await make();
    await machine.start();
    machine.serial.write('^');
    await machine.serial.expect(/<timer>/);
    machine.serial.write('^*');
    await machine.serial.expect(/<timer>/);
  });

  test('a reset by the guest resets, or ends the machine where that is asked for', async () => {
    const { machine, events } = await make();
    await machine.start();
    machine.serial.write('%');
    await expect.poll(() => events).toContain('reset');
    const { machine: other } = await make({ reboot: 'exit' });
    await other.start();
    other.serial.write('%');
    expect(await other.exited).toEqual({ reason: 'reset', code: 0 });
  });

  test('a halt with interrupts off is told once', async () => {
    const { machine, events } = await make();
    await machine.start();
    machine.serial.write('=');
    await expect.poll(() => events).toContain('halt');
    machine.serial.write('a');
    await machine.serial.expect(/A/);
    expect(events).toEqual(['running', 'halt']);
  });

  test('memory and translations can be looked at', async () => {
    const { machine } = await make();
    expect(await machine.memoryRead(7, 2)).toEqual(Uint8Array.of(7, 7));
    expect(await machine.translations.snapshot()).toEqual([{ physical: 0x1000, key: 3 }]);
    for await (const translation of machine.translations) expect(translation.physical).toBe(0x1000);
  });
});

test.each(isolates)('a halt with interrupts off is told while a timer runs, too, in isolate: %s', async (isolate) => {
  const { machine, events } = await maker(isolate)();
  await machine.start();
  machine.serial.write('^=');
  await expect.poll(() => events).toContain('halt');
  expect(events).toEqual(['running', 'halt']);
});

test('a program that stops a machine which hangs lives to see it', async () => {
  const script = fileURLToPath(new URL('../support/stop-hanging.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  expect(stdout).toBe('the machine was stopped\n');
});

describe.each(isolates)('end of a machine in isolate: %s', (isolate) => {
  const make = maker(isolate);

  test('a failure of the emulator is an error of the machine', async () => {
    const { machine } = await make();
    const errors: string[] = [];
    machine.on('error', ({ message }) => errors.push(message));
    await machine.start();
    machine.serial.write('?');
    await expect(machine.exited).rejects.toThrow('a mistake in the emulator');
    expect(errors).toEqual(['a mistake in the emulator']);
    await expect(machine.metrics()).rejects.toThrow('a mistake in the emulator');
  });

  test('in the debug mode a text that is wrong is a failure of the emulator', async () => {
    const { machine } = await make();
    await machine.start();
    machine.serial.write('&a');
    await machine.serial.expect(/A/);
    const { machine: checked } = await make({ engine: { check: true } });
    await checked.start();
    checked.serial.write('&a');
    await expect(checked.exited).rejects.toThrow('nowhere is not declared here');
  });

  test('stop ends a guest that computes', async () => {
    const { machine, events } = await make();
    await machine.start();
    machine.serial.write('*');
    await machine.stop();
    expect(events).toEqual(['running', 'exit stopped 0']);
    expect(await machine.exited).toEqual({ reason: 'stopped', code: 0 });
    await expect(machine.metrics()).rejects.toThrow('the machine was stopped');
  });

  test('await using stops it', async () => {
    let kept: Machine;
    {
      await using machine = (await make()).machine;
      kept = machine;
    }
    expect(kept.state).toBe('ended');
  });

  test.each([
    [{ kernel: Uint8Array.of(1) }, 'the kernel is neither this nor that'],
    [{ kernel: '/no/such/file' }, 'cannot read the kernel /no/such/file: no such file or directory'],
    [{ kernel: Buffer.alloc(8), initrd: '/' }, 'cannot read the initrd /: '],
    [{ kernel: '/dev/null' }, '/dev/null: the kernel is neither this nor that'],
    [{ bios: '/no/such/file' }, 'cannot read the BIOS image /no/such/file: '],
  ])('what cannot be booted is a mistake of the caller: %#', async (boot, message) => {
    await expect(make({ boot })).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining(message),
    });
  });
});

/** The output of a script beside this file when it comes to its end by itself. */
async function outputOf(script: string): Promise<string> {
  const path = fileURLToPath(new URL(`../support/${script}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path], { timeout: 20_000 });
  return stdout;
}

test('listeners that throw are told as uncaught, and nothing else fails with them', async () => {
  const all = "ended { reason: 'stopped', code: 0 } running paused running reset halt exit";
  const each = `${all} data exit halt paused rejected reset running\na mistake in the emulator\ntrue\n`;
  expect(await outputOf('throwing-listeners.ts')).toBe(each + each);
});

test('a machine that does not run does not keep the program alive', async () => {
  expect(await outputOf('unstarted.ts')).toBe('the end\n');
});
