import { atOption, ConfigurationError, optionPath } from './errors.ts';
import { similarNames } from './similar.ts';

// Checks of values that callers without types give; each throws ConfigurationError that names the option.

export function checkedOneOf<Value extends string>(what: string, value: Value, allowed: readonly Value[]): Value {
  if (allowed.includes(value)) return value;
  // Callers without types may give anything.
  const similar = typeof value === 'string' ? similarNames(value, allowed) : '';
  throw new ConfigurationError(`unknown ${what} ${shown(value)}${similar}; it is one of: ${allowed.join(', ')}`);
}

/** A list of an option, of which each is one of those that are allowed. */
export function checkedSome<Value extends string>(
  option: string,
  what: string,
  values: readonly Value[],
  allowed: readonly Value[],
): readonly Value[] {
  if (!Array.isArray(values)) throw new ConfigurationError(`${option} is ${shown(values)}; it must be an array`);
  for (const [n, value] of values.entries()) {
    atOption(n, () => {
      if (typeof value === 'string') checkedOneOf(what, value, allowed);
      else throw new ConfigurationError(`${option}[${n}] is ${shown(value)}; it must be one of: ${allowed.join(', ')}`);
    });
  }
  return values;
}

export function checkedInteger(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigurationError(`${what} is ${shown(value)}; it must be a whole number from ${least} to ${most}`);
}

export function checkedBoolean(what: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new ConfigurationError(`${what} is ${shown(value)}; it must be a boolean`);
}

export function checkText(what: string, text: string | undefined): void {
  if (text !== undefined && typeof text !== 'string')
    throw new ConfigurationError(`${what} is ${shown(text)}; it must be a string`);
}

/**
 * Checks that a string is given.
 * @throws ConfigurationError
 */
export function checkString(what: string, text: string): void {
  if (typeof text !== 'string') throw new ConfigurationError(`${what} is ${shown(text)}; it must be a string`);
}

export function checkArray(what: string, list: readonly unknown[] | undefined): void {
  if (list !== undefined && !Array.isArray(list))
    throw new ConfigurationError(`${what} is ${shown(list)}; it must be an array`);
}

export function checkFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw new ConfigurationError(`${what} is ${shown(value)}; it must be a function`);
}

/** Whether it has what each machine has; `Machine.create` makes one. */
export function checkMachine(machine: { processor(number: number): unknown }): void {
  if (typeof machine?.processor !== 'function')
    throw new ConfigurationError(`the machine is ${shown(machine)}; it must be one of Machine.create()`);
}

/** Callers without types may give anything. */
export function checkObject(what: string, value: object, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null)
    throw new ConfigurationError(`${what} is ${shown(value)}; it must be an object with ${names.join(', ')}`);
}

/**
 * Checks that a value is an object with no other names than these.
 * @throws ConfigurationError
 */
export function checkNames(what: string, value: object, names: readonly string[]): void {
  checkObject(what, value, names);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ConfigurationError(
      `unknown '${unknown}' in ${what}${similarNames(unknown, names)}; it is one of: ${names.join(', ')}`,
      optionPath(unknown),
    );
}

/** A value as messages have it. Not every object has a text, and that of some is long. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  const isPlain = typeof value !== 'object' || value === null || value instanceof Date;
  return isPlain ? String(value) : Object.prototype.toString.call(value);
}

/** Bytes in one of the ways that they may be given in. */
export function isBytes(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** Bytes that are given, whichever way. */
export function checkedBytes(what: string, bytes: Uint8Array | ArrayBuffer): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  throw new ConfigurationError(`${what} is ${shown(bytes)}; it must be a Uint8Array or an ArrayBuffer`);
}
