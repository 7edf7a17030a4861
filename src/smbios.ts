import { type BiosInformation, type SystemInformation, smbiosImage } from '../runtime/firmware/smbios/index.ts';
import type { SystemDescription } from '../runtime/machine/config.ts';
import { ConfigurationError } from './errors.ts';
import { checkNames, checkText } from './option-checks.ts';

/** What the guest is told of the machine in SMBIOS tables: QEMU's `-smbios`. What is left out is as usual. */
export interface SmbiosOptions {
  /** About the firmware. */
  readonly bios?: BiosInformation;
  /** About the system. */
  readonly system?: SystemInformation;
}

const names = {
  bios: ['vendor', 'version', 'date', 'release'],
  system: ['manufacturer', 'product', 'version', 'serial', 'sku', 'family'],
} as const;

const NO_UUID = '00000000-0000-0000-0000-000000000000';
/** Characters of a text (SMBIOS 2.8, 6.1.3), and bytes of all tables that our firmware has room for. */
const [MOST_CHARACTERS, MOST_TABLE_BYTES] = [64, 1536];

/** A UUID as it is shown. */
export const uuidText = (uuid = NO_UUID): string => uuid.toLowerCase();

/**
 * What the machine has to know of it.
 * @throws ConfigurationError that names the option
 */
export function checkedSystem(options: { readonly uuid?: string; readonly smbios?: SmbiosOptions }): {
  system?: SystemDescription;
} {
  const { uuid, smbios = {} } = options;
  if (uuid === undefined && options.smbios === undefined) return {};
  checkNames('smbios', smbios, Object.keys(names));
  for (const name of ['bios', 'system'] as const) checkTexts(`smbios.${name}`, names[name], smbios[name]);
  const system = { ...smbios, ...(uuid !== undefined && { uuid: uuidBytes(uuid) }) };
  const { tables } = smbiosImage({ ...system, processor: [0, 0], memory: [0, 1] });
  if (tables.length <= MOST_TABLE_BYTES) return { system };
  throw new ConfigurationError(
    `the SMBIOS tables have ${tables.length} bytes, and firmware has room for ${MOST_TABLE_BYTES}; give shorter texts`,
  );
}

function checkTexts(option: string, known: readonly string[], texts: object = {}): void {
  checkNames(option, texts, known);
  for (const [name, text] of Object.entries(texts)) {
    checkText(`${option}.${name}`, text);
    if (name === 'release' && !/^\d{1,3}\.\d{1,3}$/.test(text))
      throw new ConfigurationError(`${option}.release is '${text}'; it is two numbers such as 1.2`);
    if (!/^[\x20-\x7e]*$/.test(text) || text.length > MOST_CHARACTERS)
      throw new ConfigurationError(`${option}.${name} must be ASCII, of at most ${MOST_CHARACTERS} characters`);
  }
}

/** @throws ConfigurationError */
function uuidBytes(uuid: string): number[] {
  checkText('uuid', uuid);
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(uuid))
    throw new ConfigurationError(`failed to parse UUID string '${uuid}': wrong format; it is such as ${NO_UUID}`);
  return uuid
    .replaceAll('-', '')
    .match(/../g)!
    .map((digits) => Number.parseInt(digits, 16));
}
