import { tieringAt } from '../../../runtime/exec/tiering.ts';
import type { BootImages, MachineConfig, MachineHost } from '../../../runtime/machine/config.ts';
import { ConfigurationError, type MachineOptions } from '../../index.ts';
import { bytesOfHex } from '../../inspect/code.ts';
import { loadImages } from '../../machine/boot-images.ts';
import { imageHost } from '../../node/files/images.ts';
import { LockstepMachine } from '../../node/lockstep/machine.ts';
import { type FoundDifference, type LockstepResult, runLockstep } from '../../node/lockstep/run.ts';
import { checkOptions } from '../../options/options.ts';
import { within } from '../../util/errors.ts';
import { parseArguments } from '../arguments.ts';
import { withModules } from '../kernel-modules.ts';
import { bootOf } from '../run.ts';
import { findGuest } from '../start.ts';
import type { Answer, Command, Request } from './command.ts';
import { USUAL_ADDRESS } from './source.ts';
import { bold, type Style } from './style.ts';
import { count } from './table.ts';

const USUAL_INSTRUCTIONS = 1e6;
const STEP = 10_000;
const LARGEST_STEP = 100_000;

type Config = Partial<MachineConfig> & { readonly boot: BootImages };

/** Two engines on the same guest. */
export const diffCommand: Command = {
  name: 'diff',
  usage: '(--hex BYTES | MACHINE)',
  help: 'interpreter and translator side by side: where they first differ, and the instructions before that',
  options: ['hex', 'bits', 'address', 'instructions', 'threshold', 'json'],
  values: ['start', 'demo'],
  takesMachine: true,
  async run(request) {
    const config = await configOf(request);
    const { instructions = USUAL_INSTRUCTIONS } = request.options;
    const check = config.check ? (await import('../../isolate/check.ts')).check : undefined;
    const machines = machinesFor(config, check);
    try {
      const step = Math.min(Math.max(Math.floor(instructions / 100), STEP), LARGEST_STEP, instructions);
      return diffAnswer(runLockstep(machines, { instructions, step }), machines);
    } finally {
      for (const { core } of machines) core.dispose();
    }
  },
};

function machinesFor(config: Config, check: MachineHost['check']): [LockstepMachine, LockstepMachine] {
  try {
    return [
      new LockstepMachine({ ...config, engine: 'interpreter' }, check),
      new LockstepMachine({ ...config, engine: 'translator' }, check),
    ];
  } catch (error) {
    if ((error as Error).name === 'BootError') throw new ConfigurationError((error as Error).message);
    throw error;
  }
}

async function configOf({ options, words }: Request): Promise<Config> {
  const { hex, bits = 32, address = USUAL_ADDRESS, threshold } = options;
  if (hex === undefined) {
    if (words.length === 0) throw new ConfigurationError('no code; give --hex BYTES, or a machine, such as start');
    return machineConfig(words, threshold);
  }
  if (words.length > 0) throw new ConfigurationError(`--hex does not go with '${words[0]}'`);
  const flat = within('--hex', () => bytesOfHex(hex));
  return {
    memoryBytes: 8 << 20,
    boot: { flat, address, mode: bits === 32 ? 'flat32' : 'real' },
    engineOptions: { tiering: tieringAt(threshold ?? 1) },
  };
}

/** The machine that `rawiron …` with these words makes. */
async function machineConfig(words: readonly string[], threshold: number | undefined): Promise<Config> {
  const settings = parseArguments(words);
  const boot = await guestOf(settings);
  const options: MachineOptions = { ...settings.machine, boot };
  const { memoryBytes } = checkOptions(options);
  return {
    memoryBytes,
    ...(await loadImages(options, imageHost)),
    ...(threshold !== undefined && { engineOptions: { tiering: tieringAt(threshold) } }),
  };
}

function guestOf(settings: ReturnType<typeof parseArguments>) {
  if (settings.action === 'demo') return { demo: true } as const;
  return settings.action === 'start' ? findGuest(settings) : withModules(bootOf(settings));
}

function diffAnswer({ passed, found }: LockstepResult, machines: readonly LockstepMachine[]): Answer {
  const ends = machines.map(({ name, instructions, ended }) => ({ name, instructions, ended: ended ?? null }));
  return {
    data: { passed, machines: ends, difference: found },
    text: (style) => (found ? foundText(found, machines, style) : alikeText(ends)),
    ...(found && { code: 2 }),
  };
}

function alikeText(ends: readonly { name: string; instructions: number; ended: string | null }[]): string {
  const lines = ends.map(({ name, instructions, ended }) => {
    return `${name}: ${count(instructions)} instructions${ended === null ? '' : `, ended: ${ended}`}\n`;
  });
  return `no difference\n${lines.join('')}`;
}

function foundText(
  { after, differences, narrowed }: FoundDifference,
  machines: readonly LockstepMachine[],
  style: Style,
): string {
  const names = machines.map(({ name }) => name).join(', ');
  if (!narrowed) return `${[`after ${after} instructions (${names}):`, ...differences].join('\n')}\n`;
  return `${[
    bold(style, `after instruction ${count(narrowed.from + narrowed.instructions)} they differ (${names})`),
    ...narrowed.differences,
    '',
    bold(style, 'the instructions before that'),
    ...narrowed.trace,
    '',
    ...narrowed.translations,
  ].join('\n')}\n`;
}
