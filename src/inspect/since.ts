import type { ExitReport, Place, TranslationInfo, TrapReport } from '../machine-core.ts';

/**
 * Reports count from when somebody began to look, whoever that was: these are what came between two of them. What counts
 * less than before was recompiled in between, and has counted from 0.
 */
function difference(before: number | null | undefined, now: number): number {
  const old = before ?? 0;
  return now >= old ? now - old : now;
}

function countsSince<Name extends string>(
  before: Readonly<Record<Name, number>> | null | undefined,
  now: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const entries = Object.entries(now) as [Name, number][];
  return Object.fromEntries(entries.map(([name, n]) => [name, difference(before?.[name], n)])) as Record<Name, number>;
}

/** The counts of a translation since an earlier report on the one at the same place. */
export function translationSince(before: TranslationInfo | null | undefined, now: TranslationInfo): TranslationInfo {
  const { executions, exits } = now;
  return {
    ...now,
    executions: executions === null ? null : difference(before?.executions, executions),
    exits: exits && countsSince(before?.exits, exits),
  };
}

export function translationsSince(
  before: readonly TranslationInfo[],
  now: readonly TranslationInfo[],
): TranslationInfo[] {
  const place = ({ physical, key }: TranslationInfo) => `${physical} ${key}`;
  const old = new Map(before.map((info) => [place(info), info]));
  return now.map((info) => translationSince(old.get(place(info)), info));
}

/** Places where something has been counted in between, most first. */
export function placesSince(before: readonly Place[], now: readonly Place[]): Place[] {
  const id = ({ physical, key }: Place) => `${physical} ${key}`;
  const old = new Map(before.map((place) => [id(place), place.count]));
  const places = now.map((place) => ({ ...place, count: difference(old.get(id(place)), place.count) }));
  return places.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}

export function exitsSince(before: ExitReport, now: ExitReport): ExitReport {
  return {
    dispatcher: countsSince(before.dispatcher, now.dispatcher),
    kinds: countsSince(before.kinds, now.kinds),
    places: placesSince(before.places, now.places),
  };
}

/** Kinds stay as they are: they count from when the machine was made. */
export function trapsSince(before: TrapReport, now: TrapReport): TrapReport {
  return { kinds: now.kinds, places: placesSince(before.places, now.places) };
}
