import { deviceModel, deviceRows } from '../../runtime/machine/catalogue/index.ts';

/** A property of devices, or of one model: its type, as QEMU has it, and its purpose where the name does not say it. */
type Property = readonly [type: string, meaning?: string];

const properties: Readonly<Record<string, Property>> = {
  addr: ['int32', 'slot of the PCI bus and function, such as 06.0 or 06'],
  'loader.addr': ['uint64'],
  audiodev: ['str', 'the -audiodev that it sounds to'],
  bootindex: ['int32'],
  channel: ['uint32'],
  chardev: ['str', 'the -chardev that it is connected to'],
  'cpu-num': ['uint32'],
  data: ['uint64'],
  'data-be': ['bool'],
  'data-len': ['uint8'],
  dma: ['uint32'],
  dma16: ['uint32'],
  drive: ['str', 'the -drive or -blockdev with its image'],
  'force-raw': ['bool'],
  fsdev: ['str'],
  index: ['uint32'],
  iobase: ['uint32'],
  iosize: ['uint32'],
  irq: ['uint32'],
  lun: ['uint32'],
  mac: ['str', 'its address, such as 52:54:00:12:34:56'],
  mount_tag: ['str'],
  name: ['str'],
  netdev: ['str', 'the -netdev that it is connected to'],
  port: ['str'],
  rng: ['link<rng-backend>'],
  romfile: ['str'],
  'scsi-id': ['uint32'],
  serial: ['str'],
  unit: ['uint32'],
  vgamem_mb: ['uint32'],
};

/** Which device and which bus is said of every one: QEMU does not list these. */
const ofAll: readonly string[] = ['id', 'bus'];
/** Where meanings begin. */
const COLUMN = 24;

/**
 * The properties that a device takes, in the form of QEMU's `-device MODEL,help`.
 * @param defaults by the names of properties; '': there is none
 */
export function deviceOptionsText(model: string, defaults: Readonly<Record<string, string>>): string {
  const names = Object.keys(defaults)
    .filter((name) => !ofAll.includes(name))
    .sort();
  if (names.length === 0) return `There are no options for ${model}.\n`;
  return optionsText(
    model,
    names.map((name) => {
      const [type, meaning] = properties[`${model}.${name}`] ?? properties[name] ?? [numberType(model, name) ?? 'str'];
      return { name, type, meaning, value: defaults[name]! };
    }),
  );
}

/** The type of a property that is a setting in the catalogue. */
function numberType(model: string, property: string): string | undefined {
  const { settings = {} } = deviceRows[deviceModel(model)!] ?? {};
  return Object.values(settings).find((setting) => setting.property === property)?.type;
}

/** One that is taken; '' for `value`: it has no default. */
export interface Option {
  readonly name: string;
  readonly type: string;
  readonly meaning?: string | undefined;
  readonly value?: string;
}

/** Options with their types, meanings and defaults, as QEMU lists them. */
export function optionsText(what: string, options: readonly Option[]): string {
  return `${what} options:\n${options.map(optionLine).join('')}`;
}

function optionLine({ name, type, meaning = '', value = '' }: Option): string {
  const left = `  ${name}=<${type}>`;
  if (meaning === '' && value === '') return `${left}\n`;
  const usual = value === '' ? '' : ` (default: ${shownDefault(value)})`;
  return `${left.padEnd(COLUMN)} - ${meaning}${usual}\n`;
}

/** Numbers are decimal. */
const shownDefault = (value: string): string => (Number.isNaN(Number(value)) ? `"${value}"` : String(Number(value)));
