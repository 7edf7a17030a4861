import { assemble } from '../../runtime/firmware/assembler/index.ts';
import type { ToHost } from '../../runtime/host/messages.ts';
import type { MachineConfig } from '../../runtime/machine/config.ts';
import { createMachine } from '../../runtime/machine/create.ts';
import { nameOfPlugged } from '../../runtime/machine/plugged.ts';
import type { Random } from './random.ts';

const { bytes: flat } = assemble('cli\n hlt', { origin: 0x7c00, bits: 32 });

/** A machine that things are plugged into at random: what it has asked its host for, and what it has told of what is plugged in. */
export function makePlugMachine(config: Partial<MachineConfig>) {
  let time = 0;
  const asked: number[] = [];
  const told: string[][] = [];
  const core = createMachine(
    {
      ...{ memoryBytes: 1 << 20, engine: 'interpreter', pacing: 'jumps', startTimeOfDay: 0, rebootAction: 'reset' },
      ...{ boot: { flat, address: 0x7c00, mode: 'flat32' }, randomKey: [1, 2, 3, 4], ...config },
    },
    {
      nanoseconds: () => (time += 100),
      send: (message: ToHost) => message.type === 'request' && asked.push(message.id),
      plugged: (now) => told.push(now.map(nameOfPlugged)),
      log: () => {},
    },
  );
  const pass = () => {
    time += 3e6;
    core.run(time + 1e6);
  };
  return { core, asked, told, pass, saved: { devices: core.pc.plugboard.devices, components: core.save() } };
}

export type PlugMachine = ReturnType<typeof makePlugMachine>;

/** Something that happens, with how often of a hundred times. */
export type Act = readonly [chance: number, act: () => void];

/** Actions on any bus: time passes, the machine is reset, saved and put back, and its host answers. */
export function commonActs(machine: PlugMachine): readonly Act[] {
  const { core, asked, pass } = machine;
  const { plugboard } = core.pc;
  const answer = (id: number) => core.arrive({ type: 'completion', id, answer: { error: null } });
  const load = () => {
    plugboard.become(machine.saved.devices);
    core.load(machine.saved.components);
  };
  return [
    [10, pass],
    [4, () => core.reset()],
    [5, () => (machine.saved = { devices: plugboard.devices, components: core.save() })],
    [3, load],
    [30, () => asked.splice(0).forEach(answer)],
  ];
}

/** Each of them or not, by its chance. */
export function doSome(random: Random, acts: readonly Act[]): void {
  for (const [chance, act] of acts) if (random.chance(chance)) act();
}
