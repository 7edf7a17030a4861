import { generationIdOf, NO_GENERATION_ID } from '../machine/generation-id.ts';
import type { Machine } from '../machine/machine.ts';
import { runStateOf } from '../machine/run-state.ts';
import { infoBalloon } from './balloon.ts';
import { infoCapture } from './capture.ts';
import { infoChardev } from './chardev.ts';
import { type Command, type CommandContext, helpLines } from './command.ts';
import { infoDump } from './dump-guest-memory.ts';
import { infoBlock } from './info-block.ts';
import { infoBlockStatistics } from './info-blockstats.ts';
import { infoJit } from './info-jit.ts';
import { infoLapic } from './info-lapic.ts';
import { infoMtree } from './info-mtree.ts';
import { infoMem, infoTlb } from './info-paging.ts';
import { infoPci } from './info-pci.ts';
import { infoIrq, infoPic } from './info-pic.ts';
import { infoQtree } from './info-qtree.ts';
import { infoUsb } from './info-usb.ts';
import { infoUsernet } from './info-usernet.ts';
import { infoLimits } from './limits.ts';
import { infoMice } from './mice.ts';
import { migrationInfo } from './migrate.ts';
import { infoNetwork } from './network.ts';
import { infoPluggable, infoProcessors } from './processor.ts';
import { infoRegisters } from './registers.ts';
import { infoReplay } from './replay.ts';
import { infoSnapshots } from './snapshots.ts';
import { infoTraceEvents } from './trace.ts';
import { infoVnc } from './vnc.ts';

/** A part without arguments. */
function plain(name: string, help: string, run: (context: CommandContext) => ReturnType<Command['run']>): Command {
  return { names: [name], usage: '', help, parameters: [], run: (_, context) => run(context) };
}

const parts: readonly Command[] = [
  plain('balloon', 'show balloon information', infoBalloon),
  {
    names: ['block'],
    usage: '[-n] [-v] [device]',
    help: 'show info of one block device or all block devices (-n: show named nodes; -v: show details)',
    parameters: [
      { name: 'n', type: 'flag' },
      { name: 'v', type: 'flag' },
      { name: 'device', type: 'drive', optional: true },
    ],
    run: infoBlock,
  },
  plain('blockstats', 'show block device statistics', infoBlockStatistics),
  plain('capture', 'show capture information', infoCapture),
  plain('chardev', 'show the character devices', infoChardev),
  plain('cpus', 'show infos for each CPU', infoProcessors),
  plain('dump', 'Display the latest dump status', infoDump),
  plain('history', 'show the command line history', ({ history }) =>
    history.map((line, n) => `${n}: '${line}'\n`).join(''),
  ),
  plain('hotpluggable-cpus', 'Show information about hotpluggable CPUs', infoPluggable),
  plain('irq', 'show the interrupts statistics (if available)', infoIrq),
  plain('jit', 'show dynamic compiler info', infoJit),
  plain('kvm', 'show KVM information', () => 'kvm support: disabled\n'),
  {
    names: ['lapic'],
    usage: '[apic-id]',
    help: 'show local apic state (apic-id: local apic to read, default is which of current CPU)',
    parameters: [{ name: 'id', type: 'integer', optional: true }],
    run: infoLapic,
  },
  plain('limits', 'show what the machine may take of its host (not in QEMU)', infoLimits),
  plain('mem', 'show the active virtual memory mappings', infoMem),
  plain(
    'memory_size_summary',
    'show the amount of initially allocated and present hotpluggable (if enabled) memory in bytes.',
    ({ machine }) => `base memory: ${machine.memoryBytes}\nplugged memory: 0\n`,
  ),
  plain('mice', 'show which guest mouse is receiving events', infoMice),
  ...migrationInfo,
  {
    names: ['mtree'],
    usage: '[-f]',
    help: 'show memory tree (-f: what is seen of it)',
    parameters: [{ name: 'f', type: 'flag' }],
    run: infoMtree,
  },
  plain('name', 'show the current VM name', ({ options }) => (options.name === undefined ? '' : `${options.name}\n`)),
  plain('network', 'show the network state', infoNetwork),
  plain('pci', 'show PCI info', infoPci),
  plain('pic', 'show PIC state', infoPic),
  plain('qtree', 'show device tree', infoQtree),
  {
    names: ['registers'],
    usage: '[-a|vcpu]',
    help: "show the cpu registers (-a: show register info for all cpus; vcpu: specific vCPU to query; show the current CPU's registers if no argument is specified)",
    parameters: [
      { name: 'a', type: 'flag' },
      { name: 'vcpu', type: 'integer', optional: true },
    ],
    run: infoRegisters,
  },
  plain('replay', 'show record/replay information', infoReplay),
  plain('roms', 'show roms', infoRoms),
  plain('snapshots', 'show the currently saved VM snapshots', infoSnapshots),
  plain('status', 'show the current VM status (running|paused)', ({ machine }) => `VM status: ${statusOf(machine)}\n`),
  plain('tlb', 'show virtual to physical memory mappings', infoTlb),
  {
    names: ['trace-events'],
    usage: '[name]',
    help: 'show available trace-events & their state (name: event name pattern)',
    parameters: [{ name: 'name', type: 'word', optional: true }],
    run: infoTraceEvents,
  },
  plain('usb', 'show guest USB devices', infoUsb),
  plain('usernet', 'show user network stack connection states', infoUsernet),
  plain('uuid', 'show the current VM UUID', ({ machine }) => `${machine.uuid}\n`),
  plain('version', 'show the version of rawiron', ({ options }) => `${options.version}\n`),
  plain('vm-generation-id', 'Show Virtual Machine Generation ID', infoGenerationId),
  plain('vnc', 'show the vnc server status', infoVnc),
];

function statusOf(machine: Machine): string {
  const state = runStateOf(machine);
  return state === 'running' || state === 'paused' ? state : `paused (${state})`;
}

/** `info` and all that it tells of; alone it lists that. */
export const infoCommand: Command = {
  names: ['info'],
  usage: '[subcommand]',
  help: 'show various information about the system state',
  parameters: [],
  parts,
  run: () => helpLines(parts, 'info '),
};

/** Memory that the guest cannot write, as QEMU's `info roms` shows images of ROMs. */
async function infoRoms({ machine }: CommandContext): Promise<string> {
  const roms = (await machine.examine('memoryMap')).filter(({ kind }) => kind === 'rom');
  return roms
    .map(({ base, length, name }) => {
      const [at, size] = [base.toString(16).padStart(16, '0'), length.toString(16).padStart(6, '0')];
      return `addr=${at} size=0x${size} mem=rom name="${name}"\n`;
    })
    .join('');
}

/** As in QEMU, a machine without an ID is no error of the command. */
async function infoGenerationId({ machine }: CommandContext): Promise<string> {
  return `${(await generationIdOf(machine.examine)) ?? NO_GENERATION_ID}\n`;
}
