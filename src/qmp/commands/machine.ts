import { MOST_PROCESSORS } from '../../../runtime/cpu/topology.ts';
import { generationIdOf, NO_GENERATION_ID } from '../../machine/generation-id.ts';
import { runStateOf } from '../../machine/run-state.ts';
import { mice } from '../../monitor/mice.ts';
import { resumeOrAwait } from '../../monitor/migrate.ts';
import { processorPlacesOf, processorsOf } from '../../monitor/processor.ts';
import type { QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

/** The version whose commands, answers and errors these are (docs/control.md). */
const QEMU = { major: 7, minor: 2, micro: 0 } as const;

/** Version as greeting and `query-version` tell it. */
export const versionOf = (version: string) => ({ qemu: QEMU, package: `rawiron ${version}` });

const machineType = {
  ...{
    name: 'pc',
    'is-default': true,
    'cpu-max': MOST_PROCESSORS,
    'hotpluggable-cpus': true,
    'numa-mem-supported': false,
  },
  ...{ deprecated: false, 'default-cpu-type': 'max' },
} as const;

/** A query with the same answer always. */
const fixed = (name: string, answer: unknown): QmpCommand => ({ name, run: () => answer });

/** Commands about the machine as a whole. */
export const machineCommands: readonly QmpCommand[] = [
  {
    name: 'query-status',
    run: (_, { machine }) => {
      const status = runStateOf(machine);
      return { status, singlestep: false, running: status === 'running' };
    },
  },
  { name: 'query-version', run: (_, { options }) => versionOf(options.version) },
  { name: 'query-name', run: (_, { options }) => (options.name === undefined ? {} : { name: options.name }) },
  {
    name: 'query-cpus-fast',
    run: (_, { machine, options }) =>
      processorsOf(machine).map(({ index, place, path }) => ({
        ...{ 'thread-id': options.processId, props: place, 'qom-path': path },
        ...{ 'cpu-index': index, target: 'i386' },
      })),
  },
  fixed('query-kvm', { enabled: false, present: false }),
  { name: 'query-uuid', run: (_, { machine }) => ({ UUID: machine.uuid }) },
  {
    name: 'query-vm-generation-id',
    async run(_, { machine }) {
      const guid = await generationIdOf(machine.examine);
      if (guid === undefined) throw new QmpError(NO_GENERATION_ID);
      return { guid };
    },
  },
  { name: 'query-mice', run: (_, { machine }) => mice(machine) },
  {
    name: 'query-memory-size-summary',
    run: (_, { machine }) => ({ 'base-memory': machine.memoryBytes, 'plugged-memory': 0 }),
  },
  {
    name: 'query-hotpluggable-cpus',
    run: (_, { machine }) => {
      const all = processorPlacesOf(machine).map(({ place, path, type }) => {
        return { props: place, 'vcpus-count': 1, ...(path !== undefined && { 'qom-path': path }), type };
      });
      return all.reverse();
    },
  },
  fixed('query-machines', [machineType]),
  fixed('query-current-machine', { 'wakeup-suspend-support': true }),
  fixed('query-target', { arch: 'i386' }),
  fixed('query-iothreads', []),
  fixed('query-block-jobs', []),
  { name: 'stop', run: async (_, { machine }) => machine.pause() },
  { name: 'cont', run: (_, { machine }) => resumeOrAwait(machine) },
  { name: 'system_reset', run: async (_, { machine }) => machine.reset() },
  { name: 'system_powerdown', run: (_, { machine }) => machine.pressPowerButton() },
  { name: 'system_wakeup', run: (_, { machine }) => machine.wake() },
  { name: 'inject-nmi', run: (_, { machine }) => machine.examine('requestNmi') },
  {
    name: 'quit',
    run: (_, { options, tell }) => {
      tell('SHUTDOWN', { guest: false, reason: 'host-qmp-quit' });
      // The answer comes first.
      setTimeout(() => options.quit(), 0);
    },
  },
  {
    name: 'human-monitor-command',
    parameters: { 'command-line': 'string', 'cpu-index': 'integer?' },
    run: async (args, { machine, monitor }) => {
      // What a line chooses is forgotten with it.
      const processor = { number: args.processor(machine) };
      return (await monitor.execute(args.text('command-line'), [], processor)).replaceAll('\n', '\r\n');
    },
  },
];
