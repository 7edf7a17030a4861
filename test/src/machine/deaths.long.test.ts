import { afterEach, describe, expect, test } from 'vitest';
import { describeShutdown, Machine, type MachineOptions, type Reset } from '../../../src/index.ts';
import { haltRom, tripleFaultRom } from '../../support/death-roms.ts';

const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

const ways = (['interpreter', 'translator'] as const).flatMap((engine) =>
  (['worker', 'caller'] as const).map((isolate) => ({ engine, isolate })),
);

async function makeMachine(options: MachineOptions): Promise<Machine> {
  const machine = await Machine.create({ memory: 8, ...options });
  machines.push(machine);
  return machine;
}

describe.each(ways)('a triple fault, with engine $engine in isolate $isolate', (way) => {
  const make = (options: MachineOptions) => makeMachine({ ...way, ...options });

  test('one that ends the machine says what led to it', async () => {
    const machine = await make({ boot: { bios: tripleFaultRom }, reboot: 'exit' });
    await machine.start();
    const { reason, code, shutdown } = await machine.exited;
    expect({ reason, code }).toEqual({ reason: 'shutdown', code: 2 });
    expect(describeShutdown(shutdown!)).toMatch(
      /^triple fault at f000:[0-9a-f]{8}: #UD -> #GP -> #GP -> #DF -> #GP -> shutdown$/,
    );
    expect(shutdown!.registers.eax).toBe(0x51);
  });

  test('one that reboots does too, and each time', async () => {
    const machine = await make({ boot: { bios: tripleFaultRom } });
    const resets: Reset[] = [];
    machine.on('reset', (reset) => resets.push(reset));
    await machine.start();
    await expect.poll(() => resets.length, { timeout: 60_000 }).toBeGreaterThan(200);
    await machine.pause();
    const last = resets.at(-1)!;
    expect(last.reason).toBe('shutdown');
    expect(last.reason === 'shutdown' && last.shutdown.registers.cs.selector).toBe(0xf000);
    const before = resets.length;
    await machine.reset();
    expect(resets.slice(before)).toContainEqual({ reason: 'caller' });
  });

  test('a guest that reboots for ever waits for whoever listens', async () => {
    const machine = await make({ boot: { bios: tripleFaultRom } });
    const gate = Promise.withResolvers<void>();
    let resets = 0;
    machine.on('reset', () => {
      resets++;
      return gate.promise;
    });
    await machine.start();
    await expect.poll(() => resets, { timeout: 20_000 }).toBe(33);
    // A message that is answered: whatever was on its way has come.
    await machine.metrics();
    expect(resets).toBe(33);
    gate.resolve();
    await expect.poll(() => resets, { timeout: 20_000 }).toBeGreaterThan(100);
  });
});

describe.each(ways)('what is told of a guest, with engine $engine in isolate $isolate', (way) => {
  const make = (options: MachineOptions) => makeMachine({ ...way, ...options });

  test('a halt for good comes with the registers', async () => {
    const machine = await make({ boot: { bios: haltRom } });
    const halted = new Promise((resolve) => machine.on('halt', ({ registers }) => resolve(registers)));
    await machine.start();
    expect(await halted).toMatchObject({ eax: 0x52, halted: true, cs: { selector: 0xf000 } });
  });

  test('what is logged comes in order, and the guest waits for whoever reads it', async () => {
    const machine = await make({ boot: { bios: tripleFaultRom }, log: ['int', 'cpu_reset'] });
    let bytes = 0;
    const gate = Promise.withResolvers<void>();
    machine.guestLog.on('data', (data) => {
      bytes += data.length;
      return gate.promise;
    });
    await machine.start();
    await machine.guestLog.expect(
      /v=06 .*\n(.*\n)+.* v=0d .*\n(.*\n)+.* v=08 .*\n(.*\n)+Triple fault: #UD.*\nCPU Reset/,
    );
    await expect.poll(() => machine.metrics().then(() => bytes), { timeout: 20_000 }).toBeGreaterThan(256 << 10);
    await machine.metrics();
    const most = bytes;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bytes).toBe(most);
    expect(most).toBeLessThan(4 << 20);
    gate.resolve();
    await expect.poll(() => bytes, { timeout: 20_000 }).toBeGreaterThan(most);
  });
});

test('a log item that there is not is a mistake of the caller', async () => {
  const log = ['everything'] as unknown as MachineOptions['log'] & {};
  await expect(Machine.create({ boot: { demo: true }, log })).rejects.toThrow(
    "unknown log item 'everything'; it is one of: in_asm, exec, cpu, fpu, mmu, nochain, int, cpu_reset, guest_errors, unimp",
  );
});
