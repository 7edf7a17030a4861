import { type Aml, integer, littleEndian, nameString, packageLength, sized } from './aml.ts';

/** ACPI Machine Language that is executed: methods, registers, statements (ACPI specification 2.0, 17.2.5). */

const Op = {
  method: 0x14,
  local0: 0x60,
  arg0: 0x68,
  store: 0x70,
  shiftLeft: 0x79,
  and: 0x7b,
  notify: 0x86,
  equal: 0x93,
  if: 0xa0,
  while: 0xa2,
  return: 0xa4,
} as const;
const MUTEX = [0x5b, 0x01];
const ACQUIRE = [0x5b, 0x23];
const RELEASE = [0x5b, 0x27];
const REGION = [0x5b, 0x80];
const FIELD = [0x5b, 0x81];

const SYSTEM_IO = 1;
/** Accesses of bytes or doublewords, without the global lock; bits beside a field that is written are zeros. */
const BYTE_WRITE_AS_ZEROS = 0x41;
const DWORD_WRITE_AS_ZEROS = 0x43;
const DWORD_BITS = 32;
const FOR_EVER = 0xffff;
/** The result goes nowhere else. */
const NO_TARGET = 0x00;

/** Flag of a method that no two threads run at a time. */
const SERIALIZED = 0x08;

/** A method with so many arguments. */
export function method(name: string, argumentCount: number, ...terms: Aml[]): Aml {
  return [Op.method, ...sized([...nameString(name), argumentCount, ...terms.flat()])];
}

/** A method with so many arguments that no two threads run at a time. */
export function serializedMethod(name: string, argumentCount: number, ...terms: Aml[]): Aml {
  return method(name, argumentCount | SERIALIZED, ...terms);
}

/** The argument of a method with this number, from 0. */
export function argument(number: number): Aml {
  return [Op.arg0 + number];
}

/** The first local variable of a method. */
export const LOCAL: Aml = [Op.local0];

/** Names an object: its value, or a call of the method with these arguments. */
export function reference(path: string, ...values: Aml[]): Aml {
  return [...nameString(path), ...values.flat()];
}

/** A range of ports that fields are in. */
export function portRegion(name: string, first: number, count: number): Aml {
  return [...REGION, ...nameString(name), SYSTEM_IO, ...integer(first), ...integer(count)];
}

/** A field in a range of ports: its name, and its number of bits. Null: bits without a name. */
type BitField = readonly [name: string | null, bits: number];

/** Fields in a range of ports, which are read and written by bytes. */
export function byteFields(region: string, ...fields: readonly BitField[]): Aml {
  return fieldList(region, BYTE_WRITE_AS_ZEROS, fields);
}

/** Doublewords in a range of ports by their names; null: one without a name. */
export function doublewordFields(region: string, ...fields: readonly (string | null)[]): Aml {
  const list = fields.map((field): BitField => [field, DWORD_BITS]);
  return fieldList(region, DWORD_WRITE_AS_ZEROS, list);
}

function fieldList(region: string, access: number, fields: readonly BitField[]): Aml {
  const list = fields.flatMap(([name, bits]) => [...(name === null ? [0] : nameString(name)), ...packageLength(bits)]);
  return [...FIELD, ...sized([...nameString(region), access, ...list])];
}

/** Ports that fields are in, and doublewords there by their names; null: one without a name. */
export function doublewordPorts(name: string, first: number, fields: readonly (string | null)[]): Aml {
  return [...portRegion(name, first, 4 * fields.length), ...doublewordFields(name, ...fields)];
}

export function store(value: Aml, path: string): Aml {
  return [Op.store, ...value, ...nameString(path)];
}

/** The value goes to the first local variable. */
export function storeLocal(value: Aml): Aml {
  return [Op.store, ...value, ...LOCAL];
}

export function equal(a: Aml, b: Aml): Aml {
  return [Op.equal, ...a, ...b];
}

export function whileTrue(predicate: Aml, ...terms: Aml[]): Aml {
  return [Op.while, ...sized([...predicate, ...terms.flat()])];
}

export function returned(value: Aml): Aml {
  return [Op.return, ...value];
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
