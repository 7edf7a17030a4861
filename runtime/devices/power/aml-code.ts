import { type Aml, integer, littleEndian, nameString, packageLength, sized } from './aml.ts';

/** ACPI Machine Language that is executed: methods, registers, statements (ACPI specification 2.0, 17.2.5). */

const Op = { store: 0x70, shiftLeft: 0x79, and: 0x7b, notify: 0x86, if: 0xa0, method: 0x14, arg0: 0x68 } as const;
const MUTEX = [0x5b, 0x01];
const ACQUIRE = [0x5b, 0x23];
const RELEASE = [0x5b, 0x27];
const REGION = [0x5b, 0x80];
const FIELD = [0x5b, 0x81];

const SYSTEM_IO = 1;
/** Accesses of doublewords, without the global lock; bits beside a field that is written are zeros. */
const DWORD_WRITE_AS_ZEROS = 0x43;
const DWORD_BITS = 32;
const FOR_EVER = 0xffff;
/** The result goes nowhere else. */
const NO_TARGET = 0x00;

/** A method with so many arguments. */
export function method(name: string, argumentCount: number, ...terms: Aml[]): Aml {
  return [Op.method, ...sized([...nameString(name), argumentCount, ...terms.flat()])];
}

/** The argument of a method with this number, from 0. */
export function argument(number: number): Aml {
  return [Op.arg0 + number];
}

/** Names an object: its value, or a call of the method with these arguments. */
export function reference(path: string, ...values: Aml[]): Aml {
  return [...nameString(path), ...values.flat()];
}

/** Ports that fields are in, and doublewords there by their names; null: one without a name. */
export function doublewordPorts(name: string, first: number, fields: readonly (string | null)[]): Aml {
  const bits = packageLength(DWORD_BITS);
  const list = fields.flatMap((field) => [...(field === null ? [0] : nameString(field)), ...bits]);
  const region = [...REGION, ...nameString(name), SYSTEM_IO, ...integer(first), ...integer(4 * fields.length)];
  return [...region, ...FIELD, ...sized([...nameString(name), DWORD_WRITE_AS_ZEROS, ...list])];
}

export function store(value: Aml, path: string): Aml {
  return [Op.store, ...value, ...nameString(path)];
}

/** The shifted value goes to what has this name. */
export function shiftLeft(value: Aml, count: Aml, path: string): Aml {
  return [Op.shiftLeft, ...value, ...count, ...nameString(path)];
}

export function and(a: Aml, b: Aml): Aml {
  return [Op.and, ...a, ...b, NO_TARGET];
}

export function ifThen(predicate: Aml, ...terms: Aml[]): Aml {
  return [Op.if, ...sized([...predicate, ...terms.flat()])];
}

/** Tells the system of a device. */
export function notify(device: string, value: Aml): Aml {
  return [Op.notify, ...nameString(device), ...value];
}

export function mutex(name: string): Aml {
  return [...MUTEX, ...nameString(name), 0];
}

/** Statements that no other thread runs at the same time, by a mutex. */
export function exclusive(mutex: string, ...terms: Aml[]): Aml {
  const lock = nameString(mutex);
  return [...ACQUIRE, ...lock, ...littleEndian(FOR_EVER, 2), ...terms.flat(), ...RELEASE, ...lock];
}
