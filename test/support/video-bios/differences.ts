import type { Answer, Answers } from './answers.ts';
import { stateFields } from './state-fields.ts';

/** A difference between two video BIOSes, as `group | call | field: one, other`. */
export interface Difference {
  readonly place: string;
  readonly values: string;
}

/** Why a difference is right: it explains those whose place matches. */
export interface Reason {
  readonly place: RegExp;
  readonly why: string;
}

/** Fields of an answer; state by its names, bytes of a buffer by their offsets. */
function fieldsOf({ state, buffer, ...rest }: Answer): Record<string, string> {
  const bytes = [...(buffer ?? '').matchAll(/../g)].map(([byte], n): [string, string] => [
    `byte ${n.toString(16)}`,
    byte,
  ]);
  return { ...rest, ...Object.fromEntries(bytes), ...(state !== undefined && stateFields(state)) };
}

/** In what two sets of answers differ. */
export function differences(ours: Answers, theirs: Answers): Difference[] {
  return Object.entries(theirs).flatMap(([group, calls]) =>
    Object.entries(calls).flatMap(([call, answer]) => {
      const fields = fieldsOf(ours[group]?.[call] ?? {});
      const others = Object.entries(fieldsOf(answer)).filter(([name, value]) => fields[name] !== value);
      return others.map(([name, value]) => ({
        place: `${group} | ${call} | ${name}`,
        values: `${fields[name]}, ${value}`,
      }));
    }),
  );
}

/** Differences that no reason explains, as text. */
export function unexplained(found: readonly Difference[], reasons: readonly Reason[]): string[] {
  const rest = found.filter(({ place }) => !reasons.some((reason) => reason.place.test(place)));
  return rest.map(({ place, values }) => `${place}: ${values}`);
}

/** Reasons that explain nothing: the difference is gone. */
export function unused(found: readonly Difference[], reasons: readonly Reason[]): string[] {
  return reasons.filter((reason) => !found.some(({ place }) => reason.place.test(place))).map(({ why }) => why);
}
