import type { CpuProfile, ProfileNode } from '../isolate/probe.ts';

/** Where the time of a machine's thread goes. */
const shareNames = [
  'guest',
  'interpreter',
  'runtime',
  'devices',
  'translator',
  'compiler',
  'garbage',
  'host',
  'system',
  'inspector',
  'idle',
] as const;
/**
 * guest: translated code. interpreter: its loops and handlers. runtime: dispatcher, graph, memory, CPU. translator:
 * making JavaScript. compiler: V8 reading it. garbage: its collector. host: the loop and messages. system: what V8 does
 * that belongs to no function, its compilers among it. inspector: what looking costs. idle: asleep.
 */
export type ShareName = (typeof shareNames)[number];
/** The shares in which the thread is busy. */
export const busyNames: readonly ShareName[] = shareNames.filter((name) => name !== 'idle');
export type Shares = Record<ShareName, number>;

/** One function of a profile. Times are in microseconds. */
export interface ProfiledFunction {
  /** Name of the generated function, or of the project's own. */
  readonly name: string;
  readonly share: ShareName;
  readonly self: number;
  /** With all that it called. */
  readonly total: number;
  /** For translated code: its place. */
  readonly guest: GuestPlace | null;
  /** Samples by line of its file. */
  readonly lines: ReadonlyMap<number, number>;
}

/** The place of a translation, as its function's file name tells it (runtime/exec/names.ts). */
export interface GuestPlace {
  readonly physical: number;
  readonly key: number;
  readonly linear: number;
}

export interface ProfileSummary {
  /** Microseconds that were sampled, idle ones too. */
  readonly duration: number;
  readonly samples: number;
  readonly shares: Shares;
  /** By self time, most first. */
  readonly functions: readonly ProfiledFunction[];
}

/** File of a translation's function: as the machine names it, and as it is called where it was exported. */
const GUEST = [
  /^rawiron:\/\/\/(?<physical>[0-9a-f]{8})-(?<key>[0-9a-f]+)\/\w+_(?<linear>[0-9a-f]{8})\.js$/,
  /^file:.*\/\w+_(?<linear>[0-9a-f]{8})\.(?<physical>[0-9a-f]{8})-(?<key>[0-9a-f]+)\.js$/,
];
/** V8 leaves out the file's name of some functions that were there before the profile was begun. */
const GUEST_NAME = /^\w+_([0-9a-f]{8})$/;
const INTERPRETER_NAME = /^(interpreter_loop|[A-Z][A-Z0-9]+(_\w+)?)$/;
const INTERPRETER = /^rawiron:\/\/\/(handlers|loops)\//;

/** Parts of the project by where their files are; the first that fits counts. */
const places: readonly (readonly [pattern: RegExp, share: ShareName])[] = [
  [/\/runtime\/debug\/|\/src\/node\/probe\.[jt]s$|^node:inspector$/, 'inspector'],
  [/\/runtime\/exec\/compile\.[jt]s$/, 'compiler'],
  [/\/runtime\/exec\/handlers\.[jt]s$|\/translator\//, 'translator'],
  [/\/runtime\/devices\//, 'devices'],
  [/\/runtime\//, 'runtime'],
  [/./, 'host'],
];

export function emptyShares(): Shares {
  return Object.fromEntries(shareNames.map((name) => [name, 0])) as Shares;
}

/** Parses a translation's file name; null for other files. */
function guestPlace(url: string): GuestPlace | null {
  const groups = GUEST.map((pattern) => pattern.exec(url)?.groups).find((found) => found !== undefined);
  if (!groups) return null;
  const value = (name: keyof GuestPlace) => Number.parseInt(groups[name], 16);
  return { physical: value('physical'), key: value('key'), linear: value('linear') };
}

function shareOf({ callFrame: { functionName, url } }: ProfileNode): ShareName {
  if (functionName === '(garbage collector)') return 'garbage';
  if (functionName === '(idle)' || (functionName === 'sleep' && /\/threads\.[jt]s$/.test(url))) return 'idle';
  if (url === '') return shareOfName(functionName);
  if (guestPlace(url)) return 'guest';
  if (INTERPRETER.test(url)) return 'interpreter';
  return places.find(([pattern]) => pattern.test(url))![1];
}

function shareOfName(functionName: string): ShareName {
  if (GUEST_NAME.test(functionName)) return 'guest';
  return INTERPRETER_NAME.test(functionName) ? 'interpreter' : 'system';
}

interface Building {
  readonly node: ProfileNode;
  readonly group: string | undefined;
  self: number;
  total: number;
  readonly lines: Map<number, number>;
}

/** The group of an address, in which translations are shown as one: the name of the function around it, or nothing. */
type GroupOf = (linear: number) => string | undefined;

/** Sums a profile up by function; translations that are in one group are one. */
export function summarize(profile: CpuProfile, groupOf: GroupOf = () => undefined): ProfileSummary {
  const times = timesOf(profile);
  const functions = new Map<string, Building>();
  const shares = emptyShares();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const visit = (node: ProfileNode, above: ReadonlySet<Building>): number => {
    const self = times.get(node.id) ?? 0;
    const f = functionOf(functions, node, groupOf);
    f.self += self;
    shares[shareOf(node)] += self;
    for (const { line, ticks } of node.positionTicks ?? []) f.lines.set(line, (f.lines.get(line) ?? 0) + ticks);
    const inner = above.has(f) ? above : new Set([...above, f]);
    const total = (node.children ?? []).reduce((sum, id) => sum + visit(byId.get(id)!, inner), self);
    if (!above.has(f)) f.total += total;
    return total;
  };
  visit(profile.nodes[0], new Set());
  const sorted = [...functions.values()].filter(({ self, total }) => self > 0 || total > 0);
  return {
    duration: [...times.values()].reduce((sum, time) => sum + time, 0),
    samples: profile.samples.length,
    shares,
    functions: sorted.map(finish).sort((a, b) => b.self - a.self),
  };
}

/** Microseconds by node: a sample stands for the time up to the next one. */
function timesOf({ samples, timeDeltas, startTime, endTime }: CpuProfile): Map<number, number> {
  const times = new Map<number, number>();
  let at = startTime + (timeDeltas[0] ?? 0);
  samples.forEach((id, n) => {
    const next = n + 1 < samples.length ? at + timeDeltas[n + 1] : Math.max(at, endTime);
    times.set(id, (times.get(id) ?? 0) + next - at);
    at = next;
  });
  return times;
}

function functionOf(functions: Map<string, Building>, node: ProfileNode, groupOf: GroupOf): Building {
  const { functionName, url, lineNumber } = node.callFrame;
  const linear = guestPlace(url)?.linear ?? (url === '' ? linearOfName(functionName) : undefined);
  const group = linear === undefined ? undefined : groupOf(linear);
  const id = group ?? `${functionName} ${url} ${lineNumber}`;
  let f = functions.get(id);
  if (!f) {
    f = { node, group, self: 0, total: 0, lines: new Map() };
    functions.set(id, f);
  }
  return f;
}

function linearOfName(name: string): number | undefined {
  const match = GUEST_NAME.exec(name);
  return match ? Number.parseInt(match[1], 16) : undefined;
}

function finish({ node, group, self, total, lines }: Building): ProfiledFunction {
  const { functionName, url } = node.callFrame;
  const name = group ?? (functionName || `(${url.split('/').at(-1)})`);
  return { name, share: shareOf(node), self, total, guest: guestPlace(url), lines };
}
