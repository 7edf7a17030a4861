import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** Where QEMU's object tree has the processor. */
export const PROCESSOR_PATH = '/machine/unattached/device[0]';

/** The processor's place on the board, which it has alone. */
export const processorPlace = { 'core-id': 0, 'thread-id': 0, 'socket-id': 0 } as const;

/** QEMU's name for the type of a model. */
export const processorType = (model: string): string => `${model}-i386-cpu`;

/** `info hotpluggable-cpus`: none can be plugged in; the one that there is stands in the list, as in QEMU. */
export function infoProcessors({ machine }: CommandContext): string {
  return `Hotpluggable CPUs:
  type: "${processorType(machine.processorModel)}"
  vcpus_count: "1"
  qom_path: "${PROCESSOR_PATH}"
  CPUInstance Properties:
    socket-id: "0"
    core-id: "0"
    thread-id: "0"
`;
}

/** Which processor commands are about. There is one. */
export const processorCommand: Command = {
  names: ['cpu'],
  usage: 'index',
  help: 'set the default CPU',
  parameters: [{ name: 'index', type: 'integer' }],
  run: ({ numbers }) => {
    if (numbers.index !== 0n) throw new MonitorError('invalid CPU index');
    return '';
  },
};
