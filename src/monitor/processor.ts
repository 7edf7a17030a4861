import { placeOf } from '../../runtime/cpu/topology.ts';
import type { Machine } from '../machine/machine.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** A processor, as others see it. */
interface Processor {
  readonly index: number;
  /** Where QEMU's object tree has it. */
  readonly path: string;
  /** Its place on the board, by QEMU's names. */
  readonly place: Readonly<Record<'core-id' | 'thread-id' | 'socket-id', number>>;
  /** QEMU's name for the type of its model. */
  readonly type: string;
}

/** The processors of the machine, the first one first. */
export function processorsOf({ processors, topology, processorModel }: Machine): Processor[] {
  return Array.from({ length: processors }, (_, index) => {
    const { socket, core, thread } = placeOf(topology, index);
    return {
      index,
      // QEMU has its kvmvapic, which the first one makes, in between.
      path: `/machine/unattached/device[${index === 0 ? 0 : index + 1}]`,
      place: { 'core-id': core, 'thread-id': thread, 'socket-id': socket },
      type: `${processorModel}-i386-cpu`,
    };
  });
}

/** `info cpus`; all are of one thread. */
export function infoProcessors({ machine, options, processor }: CommandContext): string {
  const lines = processorsOf(machine).map(({ index }) => {
    return `${index === processor.number ? '*' : ' '} CPU #${index}: thread_id=${options.processId}\n`;
  });
  return lines.join('');
}

/** `info hotpluggable-cpus`: none can be plugged in; those that there are stand in the list, the last one first, as in QEMU. */
export function infoPluggable({ machine }: CommandContext): string {
  const texts = processorsOf(machine)
    .reverse()
    .map(
      ({ type, path, place }) => `  type: "${type}"
  vcpus_count: "1"
  qom_path: "${path}"
  CPUInstance Properties:
    socket-id: "${place['socket-id']}"
    core-id: "${place['core-id']}"
    thread-id: "${place['thread-id']}"
`,
    );
  return `Hotpluggable CPUs:\n${texts.join('')}`;
}

/** Which processor commands are about. */
export const processorCommand: Command = {
  names: ['cpu'],
  usage: 'index',
  help: 'set the default CPU',
  parameters: [{ name: 'index', type: 'integer' }],
  run: ({ numbers }, { machine, processor }) => {
    if (numbers.index! >= machine.processors) throw new MonitorError('invalid CPU index');
    processor.number = Number(numbers.index);
    return '';
  },
};
