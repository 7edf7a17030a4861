import type { Difference, Field, Saved } from './describe.ts';

/** The error that names the field, what it takes, and what was found. */
export const wrong = (path: string, expected: string, saved: Saved): Error =>
  new Error(`${path || 'state'}: expected ${expected}, found ${describeSaved(saved)}`);

function describeSaved(saved: Saved): string {
  if (saved instanceof Uint8Array) return `${saved.length} bytes`;
  if (Array.isArray(saved)) return `a list of ${saved.length}`;
  return typeof saved === 'object' ? 'an object' : (JSON.stringify(saved) ?? 'nothing');
}

/** A field whose values are compared and shown by a text. */
function scalarField<T>(
  initial: T,
  save: (value: T) => Saved,
  load: (saved: Saved, path: string) => T,
  text: (value: T) => string,
): Field<T> {
  return {
    create: () => initial,
    save,
    load: (_, saved, path = '') => load(saved, path),
    compare: (left, right, path = '') =>
      Object.is(left, right) ? [] : [{ path, left: text(left), right: text(right) }],
    show: (value, path = '') => [`${path}: ${text(value)}`],
  };
}

/** An integer from `least` to `most`. */
export function integerField(name: string, least: number, most: number): Field<number> {
  const load = (saved: Saved, path: string): number => {
    const fits = typeof saved === 'number' && Number.isInteger(saved) && saved >= least && saved <= most;
    if (!fits) throw wrong(path, name, saved);
    return saved;
  };
  const text = (value: number): string => (least < 0 ? `${value}` : `0x${value.toString(16)} (${value})`);
  return scalarField(0, (value) => value, load, text);
}

/** 32 bits, saved unsigned. A chip may hold them signed, as operators on bits give them. */
export function wordField(name: string): Field<number> {
  const unsigned = integerField(name, 0, 0xffffffff);
  return {
    ...unsigned,
    save: (value) => unsigned.save(value >>> 0),
    compare: (left, right, path) => unsigned.compare(left >>> 0, right >>> 0, path),
    show: (value, path) => unsigned.show(value >>> 0, path),
  };
}

/** A double from `least` on, Infinity too; NaN is none. Infinities are saved as strings, which every text format can hold. */
export function realField(name: string, least: number, most: number): Field<number> {
  const load = (saved: Saved, path: string): number => {
    const value = saved === 'Infinity' || saved === '-Infinity' ? Number(saved) : saved;
    if (typeof value !== 'number' || !(value >= least && value <= most)) throw wrong(path, name, saved);
    return value;
  };
  return scalarField(
    0,
    (value) => (Number.isFinite(value) ? value : `${value}`),
    load,
    (value) => `${value}`,
  );
}

export const flagField: Field<boolean> = scalarField<boolean>(
  false,
  (value) => value,
  (saved, path) => {
    if (typeof saved !== 'boolean') throw wrong(path, 'flag', saved);
    return saved;
  },
  (value) => `${value}`,
);

export const textField: Field<string> = scalarField(
  '',
  (value) => value,
  (saved, path) => {
    if (typeof saved !== 'string') throw wrong(path, 'text', saved);
    return saved;
  },
  (value) => JSON.stringify(value),
);

const hex = (value: number): string => value.toString(16).padStart(2, '0');

export function byteField(length: number): Field<Uint8Array> {
  return {
    create: () => new Uint8Array(length),
    save: (value) => value.slice(),
    load(current, saved, path = '') {
      if (!(saved instanceof Uint8Array) || saved.length !== length) throw wrong(path, `${length} bytes`, saved);
      current.set(saved);
      return current;
    },
    compare(left, right, path = '') {
      const found: Difference[] = [];
      for (let i = 0; i < length; i++) {
        if (left[i] !== right[i]) found.push({ path: `${path}[${i}]`, left: hex(left[i]), right: hex(right[i]) });
      }
      return found;
    },
    show: (value, path = '') => [`${path}: ${Array.from(value, hex).join(' ')}`],
  };
}

export function listField<T>(length: number, element: Field<T>): Field<T[]> {
  const at = (path: string, index: number): string => `${path}[${index}]`;
  return {
    create: () => Array.from({ length }, () => element.create()),
    save: (values) => values.map((value) => element.save(value)),
    load(current, saved, path = '') {
      if (!Array.isArray(saved) || saved.length !== length) throw wrong(path, `a list of ${length}`, saved);
      for (let i = 0; i < length; i++) current[i] = element.load(current[i], saved[i], at(path, i));
      return current;
    },
    compare: (left, right, path = '') =>
      left.flatMap((value, index) => element.compare(value, right[index], at(path, index))),
    show: (values, path = '') => values.flatMap((value, index) => element.show(value, at(path, index))),
  };
}
