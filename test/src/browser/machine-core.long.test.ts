import { expect, test } from 'vitest';
import type { MachineConfig, MachineHost } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import type { MachineCore } from '../../../runtime/machine/machine.ts';
import { coreOnDemand } from '../../../src/browser/machine-core.ts';
import type { MachineOptions } from '../../../src/index.ts';
import { Machine } from '../../../src/machine/machine.ts';
import { nodeHost } from '../../../src/node/host.ts';
import { cirrusMachine, everyDevice, nvmeMachine, usbDisk, vmwareMachine } from '../../support/every-device.ts';

const core = { load: async () => createMachine, thread: async () => new URL('none:') };

/** The configuration of a machine with these options. */
async function configOf(options: MachineOptions): Promise<MachineConfig> {
  const host = await nodeHost(core as never);
  let config: MachineConfig | undefined;
  const startIsolate: typeof host.startIsolate = (start, events) => {
    config = start.config;
    return host.startIsolate(start, events);
  };
  const machine = await Machine.create({ ...options, isolate: 'caller' }, { ...host, startIsolate });
  await machine.stop();
  return config!;
}

const nowhere: MachineHost = { nanoseconds: () => 0, send: () => {}, log: () => {} };
const namesOf = (made: MachineCore) => Object.keys(made.save()).sort();

test.each<[string, MachineOptions]>([
  ['every device', everyDevice],
  ['the CL-GD5446', cirrusMachine],
  ['the SVGA II', vmwareMachine],
  ['an NVMe disk', nvmeMachine],
  ['a USB disk', usbDisk],
  ['nothing', { memory: 16, boot: { demo: true } }],
])('a machine with %s has the modules that it needs', async (_, options) => {
  const config = await configOf(options);
  const { prepare, createCore } = coreOnDemand();
  await prepare!(config);
  const [made, whole] = [createCore(config, nowhere) as MachineCore, createMachine(config, nowhere)];
  expect(namesOf(made)).toEqual(namesOf(whole));
  for (const one of [made, whole]) one.dispose();
});

test('a device whose module is not there is refused, and had before it is plugged in', async () => {
  const { createCore } = coreOnDemand();
  expect(() => createCore({ ...demo, vga: 'std' }, nowhere)).toThrow(
    'the module of the device standardVga has not been',
  );
  const made = createCore(demo, nowhere);
  const card = { name: 'card', model: 'e1000', mac: [0x52, 0x54, 0, 0, 0, 1] } as const;
  const devices = [
    { type: 'pci-rng', slot: 20 },
    { type: 'pci-card', slot: 21, card },
  ] as const;
  for (const device of devices) await made.examination.plug(device);
  expect(made.examination.pluggedDevices()).toEqual(devices);
  made.dispose();
});

const demo: MachineConfig = {
  ...{ memoryBytes: 16 << 20, engine: 'interpreter', startTimeOfDay: 0, rebootAction: 'exit' },
  boot: { demo: true },
};
