import type { Machine } from '../machine/machine.ts';
import { runStateOf } from '../machine/run-state.ts';
import { infoBalloon } from './balloon.ts';
import { infoCapture } from './capture.ts';
import { infoChardev } from './chardev.ts';
import { type Command, helpLines } from './command.ts';
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
import { infoRoms } from './info-roms.ts';
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

const parts: readonly Command[] = [
  {
    names: ['balloon'],
    usage: '',
    help: 'show balloon information',
    parameters: [],
    run: (_, context) => infoBalloon(context),
  },
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
  {
    names: ['blockstats'],
    usage: '',
    help: 'show block device statistics',
    parameters: [],
    run: (_, context) => infoBlockStatistics(context),
  },
  {
    names: ['capture'],
    usage: '',
    help: 'show capture information',
    parameters: [],
    run: (_, context) => infoCapture(context),
  },
  {
    names: ['chardev'],
    usage: '',
    help: 'show the character devices',
    parameters: [],
    run: (_, context) => infoChardev(context),
  },
  {
    names: ['cpus'],
    usage: '',
    help: 'show infos for each CPU',
    parameters: [],
    run: (_, context) => infoProcessors(context),
  },
  {
    names: ['dump'],
    usage: '',
    help: 'Display the latest dump status',
    parameters: [],
    run: (_, context) => infoDump(context),
  },
  {
    names: ['history'],
    usage: '',
    help: 'show the command line history',
    parameters: [],
    run: (_, { history }) => history.map((line, n) => `${n}: '${line}'\n`).join(''),
  },
  {
    names: ['hotpluggable-cpus'],
    usage: '',
    help: 'Show information about hotpluggable CPUs',
    parameters: [],
    run: (_, context) => infoPluggable(context),
  },
  {
    names: ['irq'],
    usage: '',
    help: 'show the interrupts statistics (if available)',
    parameters: [],
    run: (_, context) => infoIrq(context),
  },
  {
    names: ['jit'],
    usage: '',
    help: 'show dynamic compiler info',
    parameters: [],
    run: (_, context) => infoJit(context),
  },
  {
    names: ['kvm'],
    usage: '',
    help: 'show KVM information',
    parameters: [],
    run: () => 'kvm support: disabled\n',
  },
  {
    names: ['lapic'],
    usage: '[apic-id]',
    help: 'show local apic state (apic-id: local apic to read, default is which of current CPU)',
    parameters: [{ name: 'id', type: 'integer', optional: true }],
    run: infoLapic,
  },
  {
    names: ['limits'],
    usage: '',
    help: 'show what the machine may take of its host (not in QEMU)',
    parameters: [],
    run: (_, context) => infoLimits(context),
  },
  {
    names: ['mem'],
    usage: '',
    help: 'show the active virtual memory mappings',
    parameters: [],
    run: (_, context) => infoMem(context),
  },
  {
    names: ['memory_size_summary'],
    usage: '',
    help: 'show the amount of initially allocated and present hotpluggable (if enabled) memory in bytes.',
    parameters: [],
    run: (_, { machine }) => `base memory: ${machine.memoryBytes}\nplugged memory: 0\n`,
  },
  {
    names: ['mice'],
    usage: '',
    help: 'show which guest mouse is receiving events',
    parameters: [],
    run: (_, context) => infoMice(context),
  },
  ...migrationInfo,
  {
    names: ['mtree'],
    usage: '[-f]',
    help: 'show memory tree (-f: what is seen of it)',
    parameters: [{ name: 'f', type: 'flag' }],
    run: infoMtree,
  },
  {
    names: ['name'],
    usage: '',
    help: 'show the current VM name',
    parameters: [],
    run: (_, { options }) => (options.name === undefined ? '' : `${options.name}\n`),
  },
  {
    names: ['network'],
    usage: '',
    help: 'show the network state',
    parameters: [],
    run: (_, context) => infoNetwork(context),
  },
  { names: ['pci'], usage: '', help: 'show PCI info', parameters: [], run: (_, context) => infoPci(context) },
  { names: ['pic'], usage: '', help: 'show PIC state', parameters: [], run: (_, context) => infoPic(context) },
  {
    names: ['qtree'],
    usage: '',
    help: 'show device tree',
    parameters: [],
    run: (_, context) => infoQtree(context),
  },
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
  {
    names: ['replay'],
    usage: '',
    help: 'show record/replay information',
    parameters: [],
    run: (_, context) => infoReplay(context),
  },
  {
    names: ['roms'],
    usage: '',
    help: 'show roms',
    parameters: [],
    run: (_, context) => infoRoms(context),
  },
  {
    names: ['snapshots'],
    usage: '',
    help: 'show the currently saved VM snapshots',
    parameters: [],
    run: (_, context) => infoSnapshots(context),
  },
  {
    names: ['status'],
    usage: '',
    help: 'show the current VM status (running|paused)',
    parameters: [],
    run: (_, { machine }) => `VM status: ${statusOf(machine)}\n`,
  },
  {
    names: ['tlb'],
    usage: '',
    help: 'show virtual to physical memory mappings',
    parameters: [],
    run: (_, context) => infoTlb(context),
  },
  {
    names: ['trace-events'],
    usage: '[name]',
    help: 'show available trace-events & their state (name: event name pattern)',
    parameters: [{ name: 'name', type: 'word', optional: true }],
    run: infoTraceEvents,
  },
  {
    names: ['usb'],
    usage: '',
    help: 'show guest USB devices',
    parameters: [],
    run: (_, context) => infoUsb(context),
  },
  {
    names: ['usernet'],
    usage: '',
    help: 'show user network stack connection states',
    parameters: [],
    run: (_, context) => infoUsernet(context),
  },
  {
    names: ['uuid'],
    usage: '',
    help: 'show the current VM UUID',
    parameters: [],
    run: (_, { machine }) => `${machine.uuid}\n`,
  },
  {
    names: ['version'],
    usage: '',
    help: 'show the version of rawiron',
    parameters: [],
    run: (_, { options }) => `${options.version}\n`,
  },
  {
    names: ['vnc'],
    usage: '',
    help: 'show the vnc server status',
    parameters: [],
    run: (_, context) => infoVnc(context),
  },
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
