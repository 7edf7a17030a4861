import type { ThreadProfile } from '../isolate/probe.ts';
import type { TranslationInfo, TranslationStats } from '../machine-core.ts';
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

/** What a machine did in some seconds. */
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
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Watches a machine for so long. */
export function takeSample(machine: Inspected, seconds: number): Promise<Sample> {
  return watching(machine, () => sampleWatched(machine, () => wait(seconds)));
}

/** The same for a machine that is watched already; `pass` takes the time. */
export async function sampleWatched(machine: Inspected, pass: () => Promise<void>): Promise<Sample> {
  const before = await machine.ask('translations');
  const profile = summarize(await profiling(machine, pass));
  const translations = translationsSince(before, await machine.ask('translations'));
  const stats = await machine.ask('stats');
  return { seconds: profile.duration / 1e6, translations: withShares(translations, profile), stats, profile };
}

export function withShares(translations: readonly TranslationInfo[], profile: ProfileSummary): SampledTranslation[] {
  const busy = busyTime(profile);
  const times = new Map<string, number>();
  for (const { guest, self } of profile.functions) {
    if (!guest) continue;
    const place = `${guest.physical} ${guest.key}`;
    times.set(place, (times.get(place) ?? 0) + self);
  }
  return translations.map((t) => ({ ...t, share: busy > 0 ? (times.get(`${t.physical} ${t.key}`) ?? 0) / busy : 0 }));
}

/** Microseconds that the thread was not asleep. */
export function busyTime({ shares }: ProfileSummary): number {
  return busyNames.reduce((sum, name) => sum + shares[name], 0);
}
