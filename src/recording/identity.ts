import type { BlockMedium } from '../../runtime/host/block.ts';
import type { MachineConfig } from '../machine-core.ts';
import {
  differencesText,
  type OptionTexts,
  optionDifferences,
  optionTexts,
  otherOptions,
} from '../options/differences.ts';
import { checkedSoundRate } from '../sound/options.ts';
import { messageOf } from '../util/errors.ts';
import { RecordingError } from './layout.ts';

/** The header of a recording, which describes its machine. */
export interface RecordingHeader {
  /** The machine's parts: JSON of each part of its configuration, with checksums in the place of images. */
  readonly machine: Readonly<Record<string, string>>;
  /** Data of the start that the player takes from here: the clock, the media of the drives, and who listened to the sound. */
  readonly start: {
    readonly startTimeOfDay: number;
    readonly media: Readonly<Record<string, BlockMedium | null>>;
    readonly sound?: MachineConfig['sound'];
  };
}

/** Parts of a configuration that may be others in a replay, or are taken from the recording. */
const free: readonly (keyof MachineConfig)[] = [
  'engine',
  'tiering',
  'check',
  'engineOptions',
  'log',
  'logRanges',
  'trace',
  'pacing',
  'icountSleep',
  'recording',
  'startTimeOfDay',
  'memoryMerge',
  'sound',
];

/** Names of options that have another name in the configuration. */
const optionNames: Readonly<Partial<Record<keyof MachineConfig, string>>> = {
  memoryBytes: 'memory in bytes',
  icountShift: 'icount.shift',
  cards: 'network',
  rebootAction: 'reboot',
  shutdownAction: 'shutdown',
  videoRom: 'videoBios',
  debugConsolePort: 'debugConsole',
};

/** By the names of options. */
function named(parts: OptionTexts): OptionTexts {
  const known: Readonly<Record<string, string>> = optionNames;
  return Object.fromEntries(Object.entries(parts).map(([name, text]) => [known[name] ?? name, text]));
}

/** The header of a recording of a machine with this configuration. */
export function headerOf(config: MachineConfig): RecordingHeader {
  const { startTimeOfDay, drives = [], sound } = config;
  return {
    machine: partsOf(config),
    start: {
      startTimeOfDay,
      media: Object.fromEntries(drives.map(({ name, medium }) => [name, medium])),
      ...(sound && { sound }),
    },
  };
}

function partsOf({ drives = [], ...others }: MachineConfig): OptionTexts {
  const config = { ...others, drives: drives.map(({ medium: _, ...drive }) => drive) };
  return optionTexts(config, free);
}

/**
 * The configuration of a machine that replays.
 * @throws RecordingError that names what is another than it was, or cannot be
 */
export function replayedConfig(config: MachineConfig, header: unknown): MachineConfig {
  const { machine, start } = checkedHeader(header);
  const here = { ...config, boot: renamedBoot(config.boot, machine) };
  const present = partsOf(here);
  const differences = differencesText(optionDifferences(named(machine), named(present)));
  if (differences) throw new RecordingError(otherOptions(differences));
  const { startTimeOfDay, media, sound } = start;
  const drives = config.drives?.map((drive) => ({ ...drive, medium: media[drive.name] ?? null }));
  return { ...here, startTimeOfDay, ...(drives && { drives }), ...(sound && { sound }) };
}

/** Names of files that a guest may see: those of the images that it boots. */
const fileNames = ['kernelName', 'initrdName'] as const;

/** Images by the names that they had when they were recorded: the files may be elsewhere now, but the guest was told those. */
function renamedBoot(
  boot: MachineConfig['boot'],
  { boot: recorded = '{}' }: RecordingHeader['machine'],
): MachineConfig['boot'] {
  if (!('kernel' in boot)) return boot;
  const { kernelName: _, initrdName: __, ...others } = boot;
  const then = parsed(recorded);
  const names = fileNames.filter((name) => typeof then[name] === 'string');
  return { ...others, ...Object.fromEntries(names.map((name) => [name, then[name]])) };
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? (value as Record<string, unknown>) : {};
  } catch {
    // It is not that of any machine, as is said later.
    return {};
  }
}

function checkedHeader(header: unknown): RecordingHeader {
  const { machine, start } = (header ?? {}) as Partial<RecordingHeader>;
  const isHeader = isRecord(machine) && isRecord(start?.media) && Number.isFinite(start?.startTimeOfDay);
  if (!isHeader) throw damaged('does not tell of a machine');
  for (const [name, medium] of Object.entries(start!.media))
    if (!isMedium(medium)) throw damaged(`has no medium that can be for ${name}`);
  if (start!.sound !== undefined) checkSound(start!.sound);
  return header as RecordingHeader;
}

function isMedium(value: unknown): boolean {
  if (value === null) return true;
  if (!isRecord(value)) return false;
  const { sectors, isReadOnly } = value as Partial<BlockMedium>;
  return Number.isSafeInteger(sectors) && sectors! >= 0 && typeof isReadOnly === 'boolean';
}

function checkSound(sound: unknown): void {
  const { rate, isHeard } = (sound ?? {}) as Partial<NonNullable<MachineConfig['sound']>>;
  if (typeof isHeard !== 'boolean') throw damaged('does not tell who listens');
  try {
    checkedSoundRate(rate!);
  } catch (error) {
    throw damaged(`is of no machine: ${messageOf(error)}`);
  }
}

function damaged(problem: string): RecordingError {
  return new RecordingError(`is damaged: its header ${problem}`);
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
