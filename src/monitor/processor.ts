import { processorPath, processorType } from '../hot-plug/processor-places.ts';
import type { Machine } from '../machine/machine.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** A place for a processor, as others see it. */
interface Place {
  readonly index: number;
  /** Where QEMU's object tree has the processor; undefined: there is none. */
  readonly path: string | undefined;
  /** The place on the board, by QEMU's names. */
  readonly place: Readonly<Record<'core-id' | 'thread-id' | 'socket-id', number>>;
  /** QEMU's name for the type of its model. */
  readonly type: string;
}

/** A processor that is there. */
interface Processor extends Place {
  readonly path: string;
}

/** The places of the machine's processors, the first one first. */
export function processorPlacesOf({ processorPlaces, processorModel }: Machine): Place[] {
  const paths = new Map(processorPlaces.present.map((one) => [one.processor, processorPath(one)]));
  return processorPlaces.all.map(({ number, socket, core, thread }) => ({
    index: number,
    path: paths.get(number),
    place: { 'core-id': core, 'thread-id': thread, 'socket-id': socket },
    type: processorType(processorModel),
  }));
}

/** The processors of the machine that are there, the first one first. */
export function processorsOf(machine: Machine): Processor[] {
  return processorPlacesOf(machine).filter((one): one is Processor => one.path !== undefined);
}

/** `info cpus`; all are of one thread. */
export function infoProcessors({ machine, options, processor }: CommandContext): string {
  const lines = processorsOf(machine).map(({ index }) => {
    return `${index === processor.number ? '*' : ' '} CPU #${index}: thread_id=${options.processId}\n`;
  });
  return lines.join('');
}

/** `info hotpluggable-cpus`: the places of processors, the last one first, as in QEMU. */
export function infoPluggable({ machine }: CommandContext): string {
  const texts = processorPlacesOf(machine)
    .reverse()
    .map(
      ({ type, path, place }) => `  type: "${type}"
  vcpus_count: "1"
${path === undefined ? '' : `  qom_path: "${path}"\n`}  CPUInstance Properties:
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
    if (!machine.processorPlaces.isPresent(Number(numbers.index))) throw new MonitorError('invalid CPU index');
    processor.number = Number(numbers.index);
    return '';
  },
};
