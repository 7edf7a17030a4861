import type { SmbiosDescription } from '../../runtime/firmware/smbios/information.ts';
import type { SystemDescription } from '../../runtime/machine/config.ts';
import { checkArray, checkedInteger, checkNames, checkString, shown } from '../util/checks.ts';
import { atOption, ConfigurationError, optionPath } from '../util/errors.ts';
import { uuidBytes } from './uuid.ts';

/** The machine's description in SMBIOS tables: QEMU's `-smbios`. Fields that are left out have the usual values. */
export interface SmbiosOptions extends SmbiosDescription {}

const texts = {
  bios: ['vendor', 'version', 'date', 'release'],
  system: ['manufacturer', 'product', 'version', 'serial', 'sku', 'family'],
  board: ['manufacturer', 'product', 'version', 'serial', 'asset', 'location'],
  chassis: ['manufacturer', 'version', 'serial', 'asset', 'sku'],
  processor: ['socket', 'manufacturer', 'version', 'serial', 'asset', 'part'],
  memory: ['locator', 'bank', 'manufacturer', 'serial', 'asset', 'part'],
} as const;
/** Speeds, which have two bytes. */
const numbers = { processor: ['maxSpeed', 'currentSpeed'], memory: ['speed'] } as const;
const parts = Object.keys(texts) as (keyof typeof texts)[];

/** Characters of a text (SMBIOS 2.8, 6.1.3), and bytes of all tables that our firmware has room for. */
const [MOST_CHARACTERS, MOST_TABLE_BYTES] = [64, 1536];
/** How many a byte can count. */
const MOST_STRINGS = 255;

/**
 * The description as the machine needs it.
 * @throws ConfigurationError that names the option
 */
export function checkedSystem(options: { readonly uuid?: string; readonly smbios?: SmbiosOptions }): {
  system?: SystemDescription;
} {
  const { uuid, smbios = {} } = options;
  if (uuid === undefined && options.smbios === undefined) return {};
  atOption('smbios', () => checkSmbios(smbios));
  const uuidPart = uuid !== undefined && { uuid: atOption('uuid', () => uuidBytes('uuid', uuid)) };
  return { system: { ...smbios, ...uuidPart } };
}

/**
 * Makes the SMBIOS tables of a description, to see how long they are. Only a machine with a description loads what makes them here.
 * @throws ConfigurationError if firmware has no room for them
 */
export async function checkSmbiosTables(system: SystemDescription): Promise<void> {
  const { smbiosImage } = await import('../../runtime/firmware/smbios/index.ts');
  const { tables } = smbiosImage({ ...system, cpuid: [0, 0], ram: [0, 1] });
  if (tables.length <= MOST_TABLE_BYTES) return;
  throw new ConfigurationError(
    `the SMBIOS tables have ${tables.length} bytes, and firmware has room for ${MOST_TABLE_BYTES}; give shorter texts`,
    'smbios',
  );
}

function checkSmbios(smbios: SmbiosOptions): void {
  checkNames('smbios', smbios, [...parts, 'oemStrings']);
  for (const part of parts) atOption(part, () => checkPart(`smbios.${part}`, part, smbios[part]));
  atOption('oemStrings', () => checkOemStrings(smbios.oemStrings));
}

function checkPart(option: string, part: keyof typeof texts, given: object = {}): void {
  const speeds: readonly string[] = part in numbers ? numbers[part as keyof typeof numbers] : [];
  checkNames(option, given, [...texts[part], ...speeds, ...(part === 'processor' ? ['id'] : [])]);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    atOption(name, () => {
      if (speeds.includes(name)) checkedInteger(`${option}.${name}`, value, 0, 0xffff);
      else if (name === 'id') checkId(`${option}.id`, value);
      else checkPlainText(`${option}.${name}`, value);
      if (name === 'release' && !/^\d{1,3}\.\d{1,3}$/.test(value))
        throw new ConfigurationError(`${option}.release is '${value}'; it is two numbers such as 1.2`);
    });
  }
}

function checkId(option: string, id: unknown): void {
  if (!Array.isArray(id) || id.length !== 2)
    throw new ConfigurationError(`${option} is ${shown(id)}; it must be two words of 32 bits, EAX and EDX`);
  for (const [n, word] of id.entries())
    atOption(n, () => checkedInteger(`${option}[${n}]`, word, -0x80000000, 0xffffffff));
}

/** An empty one would be the end of all. */
function checkOemStrings(strings: readonly string[] = []): void {
  checkArray('smbios.oemStrings', strings);
  if (strings.length > MOST_STRINGS)
    throw new ConfigurationError(`smbios.oemStrings has ${strings.length} texts; there may be ${MOST_STRINGS}`);
  for (const [n, text] of strings.entries()) {
    if (typeof text !== 'string' || !/^[\t\n\r\x20-\x7e]+$/.test(text))
      throw new ConfigurationError(`smbios.oemStrings[${n}] must be ASCII, and not empty`, optionPath(n));
  }
}

function checkPlainText(option: string, text: string): void {
  checkString(option, text);
  if (!/^[\x20-\x7e]*$/.test(text) || text.length > MOST_CHARACTERS)
    throw new ConfigurationError(`${option} must be ASCII, of at most ${MOST_CHARACTERS} characters`);
}
