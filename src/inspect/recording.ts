import type { CacheEvent, ExitReport, TranslationInfo, TranslationStats, TrapReport } from '../machine-core.ts';
import { type Inspected, watching } from './inspected.ts';
import { emptyShares, type ProfileSummary, type Shares, summarize } from './profile.ts';
import { profiling, type SampledTranslation, wait, withShares } from './sampling.ts';
import { exitsSince, translationsSince, trapsSince } from './since.ts';

/** One stretch of a recording. */
export interface Stretch {
  /** Seconds from the start of the recording to its end. */
  readonly at: number;
  readonly stats: TranslationStats;
  /** Microseconds by kind. */
  readonly shares: Shares;
  /** Traps taken and exits of translations in it. */
  readonly traps: number;
  readonly exits: number;
  /** Translations made and dropped in it. */
  readonly made: number;
  readonly dropped: number;
}

/** A machine's activity over some time, in stretches. */
export interface Recording {
  readonly seconds: number;
  readonly stretches: readonly Stretch[];
  readonly translations: readonly SampledTranslation[];
  readonly profile: ProfileSummary;
  readonly traps: TrapReport;
  readonly exits: ExitReport;
  /** Events by what they were, and the causes of drops. */
  readonly causes: Readonly<Record<string, number>>;
  readonly heap: Readonly<Record<string, number>>;
}

/** Watches a machine for so many seconds, and looks at it so many times. */
export function record(machine: Inspected, seconds: number, looks: number): Promise<Recording> {
  return watching(machine, async () => {
    const recorder = new Recorder(machine);
    await recorder.begin();
    for (let n = 0; n < looks; n++) await recorder.look(seconds / looks);
    return recorder.end();
  });
}

class Recorder {
  readonly #machine: Inspected;
  readonly #stretches: Stretch[] = [];
  readonly #profiles: ProfileSummary[] = [];
  readonly #causes: Record<string, number> = {};
  #seconds = 0;
  #next = 0;
  #traps = 0;
  #exits = 0;
  #before!: { translations: TranslationInfo[]; traps: TrapReport; exits: ExitReport };

  constructor(machine: Inspected) {
    this.#machine = machine;
  }

  async begin(): Promise<void> {
    const { ask } = this.#machine;
    this.#next = (await ask('events', Number.MAX_SAFE_INTEGER)).next;
    const [translations, traps, exits] = [await ask('translations'), await ask('traps'), await ask('exits')];
    this.#before = { translations, traps, exits };
    this.#traps = total(traps.kinds);
    this.#exits = sum(Object.values(exits.kinds));
  }

  async look(seconds: number): Promise<void> {
    const { ask } = this.#machine;
    const profile = summarize(await profiling(this.#machine, () => wait(seconds)));
    this.#profiles.push(profile);
    this.#seconds += profile.duration / 1e6;
    const { events, next } = await ask('events', this.#next);
    this.#next = next;
    const [traps, exits] = [total((await ask('traps')).kinds), sum(Object.values((await ask('exits')).kinds))];
    this.#stretches.push({
      at: this.#seconds,
      stats: await ask('stats'),
      shares: profile.shares,
      traps: traps - this.#traps,
      exits: Math.max(0, exits - this.#exits),
      made: events.filter(({ type }) => type === 'translate').length,
      dropped: this.#countDropped(events),
    });
    this.#traps = traps;
    this.#exits = exits;
  }

  #countDropped(events: readonly CacheEvent[]): number {
    let dropped = 0;
    for (const event of events) {
      if (event.type === 'translate') continue;
      this.#causes[event.cause] = (this.#causes[event.cause] ?? 0) + 1;
      dropped += event.translations.length;
    }
    return dropped;
  }

  async end(): Promise<Recording> {
    const { ask, probe } = this.#machine;
    const profile = joined(this.#profiles);
    const before = this.#before;
    return {
      seconds: this.#seconds,
      stretches: this.#stretches,
      translations: withShares(translationsSince(before.translations, await ask('translations')), profile),
      profile,
      traps: trapsSince(before.traps, await ask('traps')),
      exits: exitsSince(before.exits, await ask('exits')),
      causes: this.#causes,
      heap: await probe.heap(),
    };
  }
}

/** Several profiles as one. */
function joined(profiles: readonly ProfileSummary[]): ProfileSummary {
  const shares = emptyShares();
  const functions = new Map<
    string,
    { -readonly [K in keyof ProfileSummary['functions'][number]]: ProfileSummary['functions'][number][K] }
  >();
  for (const profile of profiles) {
    for (const [name, time] of Object.entries(profile.shares) as [keyof Shares, number][]) shares[name] += time;
    for (const f of profile.functions) {
      const id = `${f.name} ${f.share} ${f.guest?.physical} ${f.guest?.key}`;
      const known = functions.get(id);
      if (!known) functions.set(id, { ...f });
      else {
        known.self += f.self;
        known.total += f.total;
      }
    }
  }
  return {
    duration: sum(profiles.map(({ duration }) => duration)),
    samples: sum(profiles.map(({ samples }) => samples)),
    shares,
    functions: [...functions.values()].sort((a, b) => b.self - a.self),
  };
}

function total(kinds: readonly { readonly count: number }[]): number {
  return sum(kinds.map(({ count }) => count));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, n) => all + n, 0);
}
