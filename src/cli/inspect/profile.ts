import { writeFile } from 'node:fs/promises';
import type { Symbols } from '../../../runtime/debug/symbols.ts';
import { hex } from '../../../translator/emit/names.ts';
import type { ThreadProfile } from '../../index.ts';
import { busyNames, type ProfiledFunction, type ProfileSummary, summarize } from '../../inspect/profile.ts';
import { busyTime, profiling, wait } from '../../inspect/sampling.ts';
import { writeError } from '../output-error.ts';
import { attached, machineOptions } from './attached.ts';
import type { Answer, Command } from './command.ts';
import type { Options } from './options.ts';
import { bold, type Style } from './style.ts';
import { type Column, count, percent, table } from './table.ts';

const USUAL_SECONDS = 5;
const USUAL_LIMIT = 30;

/** Also reached as `rawiron profile`. */
export const profileCommand: Command = {
  name: 'profile',
  usage: '[MACHINE]',
  help: 'where the time goes, by guest function: of a running machine, or of one that `rawiron MACHINE` starts',
  options: ['seconds', 'limit', 'output', ...machineOptions],
  values: ['start', 'demo'],
  usual: { seconds: USUAL_SECONDS },
  run(request) {
    const { seconds = USUAL_SECONDS } = request.options;
    return attached(request, async ({ machine, symbols }) => {
      const profile = await profiling(machine, () => wait(seconds));
      return profileAnswer(profile, symbols, request.options);
    });
  },
};

/** The answer with a profile, which is also written to a file if that is asked for. */
export async function profileAnswer(profile: ThreadProfile, symbols: Symbols, options: Options): Promise<Answer> {
  if (options.output !== undefined) await writeProfile(options.output, profile);
  const summary = summarize(profile, (linear) => symbols.at(linear)?.name);
  const { limit = USUAL_LIMIT } = options;
  const functions = limit === 0 ? summary.functions : summary.functions.slice(0, limit);
  const others = Math.max(0, profile.cpu.process - profile.cpu.thread);
  const { duration, samples, shares } = summary;
  return {
    data: { duration, samples, shares, otherThreads: others, functions: functions.map(plain) },
    text: (style) => `${heading(summary, others, style)}\n${functionTable(functions, busyTime(summary), style)}`,
  };
}

async function writeProfile(path: string, profile: ThreadProfile): Promise<void> {
  await writeFile(path, JSON.stringify(profile)).catch((error) => {
    throw writeError(path, error);
  });
}

/** Without what JSON does not have. */
function plain({ name, share, self, total, guest }: ProfiledFunction) {
  return { name, share, self, total, guest };
}

function heading(summary: ProfileSummary, others: number, style: Style): string {
  const { duration, samples, shares } = summary;
  const busy = busyTime(summary);
  const rows = busyNames.filter((name) => shares[name] > 0);
  return [
    `${bold(style, 'machine')}  busy ${percent(busy / duration)} of ${(duration / 1e6).toFixed(1)} s; ${count(samples)} samples`,
    ...rows.map((name) => `  ${name.padEnd(12)} ${percent(shares[name] / busy).padStart(7)}  ${shareHelp[name]}`),
    `${bold(style, 'beside')}   ${(others / 1e6).toFixed(2)} s in other threads: V8's compilers and collector, the host's side`,
    '',
  ].join('\n');
}

const shareHelp: Readonly<Record<keyof ProfileSummary['shares'], string>> = {
  guest: 'translated code',
  interpreter: 'its loops, and handlers of single instructions',
  runtime: 'dispatcher, memory, interrupts, privileged instructions',
  devices: 'devices',
  translator: 'making JavaScript of guest code',
  compiler: 'V8 reading that JavaScript',
  garbage: "V8's collector",
  host: 'messages, timers',
  system: 'V8 outside of functions: its compilers and the system',
  inspector: 'looking at it',
  idle: '',
};

function functionTable(functions: readonly ProfiledFunction[], busy: number, style: Style): string {
  const columns: readonly Column<ProfiledFunction>[] = [
    { title: 'SELF', right: true, cell: ({ self }) => percent(self / busy) },
    { title: 'TOTAL', right: true, cell: ({ total }) => percent(total / busy) },
    { title: 'KIND', cell: ({ share }) => share },
    {
      title: 'FUNCTION',
      cell: ({ name, guest }) => (guest && !name.endsWith(hex(guest.linear)) ? bold(style, name) : name),
    },
  ];
  return table(
    columns,
    functions.filter(({ share }) => share !== 'idle'),
    style,
  );
}
