import type { ThreadProfile } from '../isolate/probe.ts';
import type { TranslationInfo, TranslationStats } from '../machine-core.ts';
import { timerDelay } from '../util/timer-delay.ts';
import { type Inspected, watching } from './inspected.ts';
import { busyNames, type ProfileSummary, summarize } from './profile.ts';
import { translationsSince } from './since.ts';

/** Microseconds between two samples. */
export const INTERVAL = 500;

/** A translation with what it did while a sample was taken. */
export interface SampledTranslation extends TranslationInfo {
  /** Share of the thread's busy time, 0 to 1. */
  readonly share: number;
}

/** A machine's activity in some seconds. */
export interface Sample {
  readonly seconds: number;
  readonly translations: readonly SampledTranslation[];
  readonly stats: TranslationStats;
  readonly profile: ProfileSummary;
}

/** Takes a profile while something is done. */
export async function profiling({ probe }: Inspected, act: () => Promise<void>): Promise<ThreadProfile> {
  const number = await probe.startProfile(INTERVAL);
  try {
    await act();
  } catch (error) {
    // The first error is the one that counts.
    await probe.stopProfile(number).catch(() => {});
    throw error;
  }
  return probe.stopProfile(number);
}

export function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timerDelay(seconds * 1000)));
}

/** Watches a machine for so long. */
export function takeSample(machine: Inspected, seconds: number): Promise<Sample> {
  return watching(machine, () => sampleWatched(machine, () => wait(seconds)));
}

/** Samples a machine that is watched already; `pass` takes the time. */
export async function sampleWatched(machine: Inspected, pass: () => Promise<void>): Promise<Sample> {
  const before = await machine.ask('translations');
  const profile = summarize(await profiling(machine, pass));
  const translations = translationsSince(before, await machine.ask('translations'));
  const stats = await machine.ask('stats');
  return { seconds: profile.duration / 1e6, translations: withShares(translations, profile), stats, profile };
}

/** Translations with their shares of a profile that does not put functions together. */
export function withShares(translations: readonly TranslationInfo[], profile: ProfileSummary): SampledTranslation[] {
  const busy = busyTime(profile);
  const timeOf = placedTimes(translations, profile);
  return translations.map((t) => ({ ...t, share: busy > 0 ? (timeOf.get(t) ?? 0) / busy : 0 }));
}

/** Microseconds by translation. A function without a file is that of its name that was entered most. */
function placedTimes(translations: readonly TranslationInfo[], profile: ProfileSummary): Map<TranslationInfo, number> {
  const byPlace = new Map(translations.map((t) => [`${t.physical} ${t.key}`, t]));
  const ascending = [...translations].sort((a, b) => (a.executions ?? 0) - (b.executions ?? 0));
  const byName = new Map(ascending.map((t) => [t.name, t]));
  const times = new Map<TranslationInfo, number>();
  for (const { guest, name, share, self } of profile.functions) {
    if (share !== 'guest') continue;
    const found = guest ? byPlace.get(`${guest.physical} ${guest.key}`) : byName.get(name);
    if (found) times.set(found, (times.get(found) ?? 0) + self);
  }
  return times;
}

/** Microseconds that the thread was not asleep. */
export function busyTime({ shares }: ProfileSummary): number {
  return busyNames.reduce((sum, name) => sum + shares[name], 0);
}
