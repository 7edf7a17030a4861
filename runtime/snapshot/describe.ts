import { ByteQueue } from './byte-queue.ts';
import { byteField, flagField, integerField, listField, realField, textField, wordField, wrong } from './fields.ts';

/** A saved state: plain data that can be cloned, compared and written by the snapshot format. */
export type Saved = number | boolean | string | Uint8Array | readonly Saved[] | { readonly [name: string]: Saved };

/** One field that two states do not agree on. */
export interface Difference {
  readonly path: string;
  readonly left: string;
  readonly right: string;
}

/** A kind of value: how to make, save, load, compare and show it. `path` names it in messages. */
export interface Field<T> {
  create(): T;
  save(value: T): Saved;
  /** The loaded value: the same object, changed in place, where it is one. Throws an Error that names the field. */
  load(current: T, saved: Saved, path?: string): T;
  compare(left: T, right: T, path?: string): Difference[];
  /** Readable lines, `path: value`. */
  show(value: T, path?: string): string[];
}

/** A component of a machine as the snapshot, the inspector and the comparison of two machines see it. */
export interface Component {
  readonly name: string;
  save(): Saved;
  /** Throws an Error that names the field whose value doesn't fit; changes nothing. */
  check(saved: Saved): void;
  /** Sets the values, and touches nothing else: other components may not have theirs yet. Throws as `check`. */
  load(saved: Saved): void;
  /** Called when all components have been loaded: derives the rest from the state, at other components too. */
  restored(): void;
  /** Differences between the present state (left) and a saved one (right). */
  compare(saved: Saved): Difference[];
  show(): string[];
}

/** A component's actions when its state is used. */
export interface StateHooks {
  /** Called before the state is saved, compared or shown: brings what is computed lazily up to date. */
  settle?(): void;
  /** Component.restored. */
  restored?(): void;
}

/** The description of a state object: a field itself, so that descriptions nest. */
export interface Description<T> extends Field<T> {
  /** The component called `name` whose state is `state`. */
  bind(name: string, state: T, hooks?: StateHooks): Component;
}

/** The type of the state that a description describes. */
export type StateOf<D> = D extends Field<infer T> ? T : never;

type Fields = Readonly<Record<string, Field<unknown>>>;
type Shape<F extends Fields> = { -readonly [K in keyof F]: StateOf<F[K]> };

/** Unsigned 8, 16 and 32-bit integers, a signed 32-bit one, a double (no NaN), a truth value, a string. */
export const u8: Field<number> = integerField('u8', 0, 0xff);
export const u16: Field<number> = integerField('u16', 0, 0xffff);
export const u32: Field<number> = wordField('u32');
export const i32: Field<number> = integerField('i32', -0x80000000, 0x7fffffff);
export const f64: Field<number> = realField('f64', -Infinity, Infinity);
/** A virtual time that has come, or will: nanoseconds below 2^53, so that they can be counted. */
export const time: Field<number> = realField('time', 0, Number.MAX_SAFE_INTEGER);
/** The last clock of so many a second whose virtual time can be counted. */
export const lastClock = (hertz: number): number => Math.floor(Number.MAX_SAFE_INTEGER / 1e9) * hertz;
/** How often something happened, or a block of a medium: it can be counted on. */
export const counter: Field<number> = integerField('a count', 0, Number.MAX_SAFE_INTEGER);
/** A physical address of 64 bits, which is rounded from 2^53 on. */
export const address64: Field<number> = integerField('an address', 0, 2 ** 64);
export const flag: Field<boolean> = flagField;
export const text: Field<string> = textField;

/** `length` bytes. */
export function bytes(length: number): Field<Uint8Array> {
  return byteField(length);
}

/** `length` values of one kind. */
export function list<T>(length: number, element: Field<T>): Field<T[]> {
  return listField(length, element);
}

/** A first-in first-out queue of bytes, of any length. */
export const byteQueue: Field<ByteQueue> = {
  create: () => new ByteQueue(),
  save: (queue) => queue.toBytes(),
  load(queue, saved, path = '') {
    if (!(saved instanceof Uint8Array)) throw new Error(`${path}: expected bytes`);
    queue.clear();
    queue.push(saved);
    return queue;
  },
  compare(left, right, path = '') {
    const [a, b] = [left.toBytes().join(' '), right.toBytes().join(' ')];
    return a === b ? [] : [{ path, left: a, right: b }];
  },
  show: (queue, path = '') => [`${path}: ${queue.length} bytes queued`],
};

/** An integer from `least` to `most`: a bound that the device's code takes for granted. Made with `least`, or 0 where that fits. */
export function integer(least: number, most: number): Field<number> {
  return starting(integerField(`an integer from ${least} to ${most}`, least, most), Math.max(least, Math.min(0, most)));
}

/** A finite double from `least` to `most`. */
export function real(least: number, most: number): Field<number> {
  return realField(`a number from ${least} to ${most}`, least, most);
}

/** An index of something of which there are `count`. */
export function indexOf(count: number): Field<number> {
  return integer(0, count - 1);
}

/** One of some numbers, the first of them when made: those of a table of constants. */
export function choice(values: readonly number[]): Field<number> {
  const expected = `one of ${values.join(', ')}`;
  return starting(
    where(u32, expected, (value) => values.includes(value)),
    values[0]!,
  );
}

/** The values of `field` that `fits` allows; `expected` says for messages which these are. */
export function where<T>(field: Field<T>, expected: string, fits: (value: T) => boolean): Field<T> {
  return {
    ...field,
    load(current, saved, path = '') {
      const value = field.load(current, saved, path);
      if (!fits(value)) throw wrong(path, expected, saved);
      return value;
    },
  };
}

/** A value `initial` when made. */
export function starting<T>(field: Field<T>, initial: T): Field<T> {
  return { ...field, create: () => initial };
}

/** A relation that fields of one state must satisfy; `expected` says it for messages. */
export interface Relation<T> {
  readonly expected: string;
  holds(state: T): boolean;
}

/**
 * Describes a state object once: its type, factory, saving, loading, comparing and showing follow from the fields. A state for which
 * a relation doesn't hold is refused, as one is that has a field out of its bounds.
 */
export function describe<F extends Fields>(fields: F, ...relations: Relation<Shape<F>>[]): Description<Shape<F>> {
  const description: Description<Shape<F>> = {
    ...relations.reduce<Field<Shape<F>>>(
      (field, { expected, holds }) => where(field, expected, holds),
      objectField<Shape<F>>(fields),
    ),
    bind: (name, state, hooks = {}) => bindState(description, name, state, hooks),
  };
  return description;
}

function objectField<T extends Record<string, unknown>>(fields: Fields): Field<T> {
  const entries = Object.entries(fields);
  const names = entries.map(([name]) => name);
  const at = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
  return {
    create: () => Object.fromEntries(entries.map(([name, field]) => [name, field.create()])) as T,
    save: (state) => Object.fromEntries(entries.map(([name, field]) => [name, field.save(state[name])])),
    load(state, saved, path = '') {
      const found = savedObject(saved, path);
      rejectUnknown(found, names, path);
      const writable: Record<string, unknown> = state;
      for (const [name, field] of entries) {
        if (!(name in found)) throw new Error(`${at(path, name)}: missing`);
        writable[name] = field.load(writable[name], found[name], at(path, name));
      }
      return state;
    },
    compare: (left, right, path = '') =>
      names.flatMap((name) => fields[name].compare(left[name], right[name], at(path, name))),
    show: (state, path = '') => names.flatMap((name) => fields[name].show(state[name], at(path, name))),
  };
}

function savedObject(saved: Saved, path: string): { readonly [name: string]: Saved } {
  const isObject =
    typeof saved === 'object' && saved !== null && !Array.isArray(saved) && !(saved instanceof Uint8Array);
  if (!isObject) throw new Error(`${path || 'state'}: expected an object`);
  return saved as { readonly [name: string]: Saved };
}

function rejectUnknown(found: { readonly [name: string]: Saved }, names: readonly string[], path: string): void {
  const unknown = Object.keys(found).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`${path === '' ? unknown : `${path}.${unknown}`}: unknown field`);
}

function bindState<T>(description: Field<T>, name: string, state: T, hooks: StateHooks): Component {
  const settled = (): T => {
    hooks.settle?.();
    return state;
  };
  // Checked states are loaded into it, one over the other: most of a check is the making of objects otherwise.
  let scratch: T | undefined;
  return {
    name,
    save: () => description.save(settled()),
    check(saved) {
      scratch ??= description.create();
      description.load(scratch, saved, name);
    },
    load(saved) {
      description.load(state, saved, name);
    },
    restored: () => hooks.restored?.(),
    compare: (saved) => description.compare(settled(), description.load(description.create(), saved, name), name),
    show: () => description.show(settled(), name),
  };
}
