import { ConfigurationError } from './errors.ts';

// Checks of values that callers without types give; each throws ConfigurationError that names the option.

export function checkedOneOf<Value extends string>(what: string, value: Value, allowed: readonly Value[]): Value {
  if (!allowed.includes(value))
    throw new ConfigurationError(`unknown ${what} ${shown(value)}; it is one of: ${allowed.join(', ')}`);
  return value;
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

/** Callers without types may give anything. */
export function checkNames(what: string, value: object, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null)
    throw new ConfigurationError(`${what} is ${shown(value)}; it must be an object with ${names.join(', ')}`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ConfigurationError(`unknown '${unknown}' in ${what}; it is one of: ${names.join(', ')}`);
}

/** A value as messages have it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}

/** Whether this is an image (options.ts): the path of a file, bytes or a Blob. */
export function isImage(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || ArrayBuffer.isView(value) || value instanceof Blob;
}
