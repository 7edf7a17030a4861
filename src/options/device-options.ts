import { type CardSettings, optionalCards } from '../../runtime/machine/catalogue/cards.ts';
import type { DeviceRow } from '../../runtime/machine/catalogue/row.ts';
import type { MachineConfig } from '../machine-core.ts';
import { checkedSoundCards } from '../sound/options.ts';
import { checkedBoolean, checkedInteger, checkNames } from '../util/checks.ts';
import { atOption } from '../util/errors.ts';
import { type BalloonOptions, checkedBalloon } from './balloon.ts';
import { checkedGenerationId } from './generation-id.ts';
import type { MachineOptions } from './options.ts';
import { checkedScsiControllers } from './scsi.ts';
import { checkedUsb, checkedUsbControllers } from './usb.ts';
import { checkedVirtioPorts } from './virtio-ports.ts';
import { checkedXen } from './xen.ts';

/** Devices that are there or not: whether they are where nothing is said. */
const switches = {
  acpi: true,
  hpet: true,
  vmport: true,
  parallelPort: true,
  rng: false,
  pcTestdev: false,
  ahci: false,
} as const;
type SwitchName = keyof typeof switches;

/** Devices that an option adds or leaves out. Not the display adapter: whether it is there depends on what is booted. */
type DeviceName =
  | SwitchName
  | 'balloon'
  | 'generationId'
  | 'debugExit'
  | 'virtioPorts'
  | 'xen'
  | 'xenVersion'
  | 'xenConsoles'
  | 'xenKeyboard'
  | 'xenFramebuffer'
  | 'soundCards'
  | 'usb'
  | 'usbControllers'
  | 'scsiControllers'
  | keyof CardSettings
  | 'debugConsolePort';

/**
 * The devices of a machine with these options.
 * @throws ConfigurationError that names the option
 */
export function checkedDevices(options: MachineOptions): Pick<MachineConfig, DeviceName> {
  const { balloon, debugExit, debugConsole, soundCards, usb, usbControllers, scsiControllers, virtioPorts } = options;
  return {
    ...checkedSwitches(options),
    ...atOption('balloon', () => balloonOf(balloon)),
    ...atOption('generationId', () => checkedGenerationId(options)),
    ...checkedXen(options),
    ...checkedCards(options),
    ...given('debugExit', debugExit, (ports) => ({ debugExit: checkedPorts(ports) })),
    ...given('virtioPorts', virtioPorts, (ports) => ({ virtioPorts: checkedVirtioPorts(ports) })),
    ...given('soundCards', soundCards, (cards) => ({ soundCards: checkedSoundCards(cards) })),
    ...given('usb', usb, (inputs) => ({ usb: checkedUsb(inputs) })),
    ...given('usbControllers', usbControllers, (some) => ({ usbControllers: checkedUsbControllers(some) })),
    ...given('scsiControllers', scsiControllers, (some) => ({ scsiControllers: checkedScsiControllers(some) })),
    ...given('debugConsole', debugConsole, (ports) => ({ debugConsolePort: checkedPort(ports) })),
  };
}

/** The part of the configuration that an option makes; nothing where it is left out. */
function given<Option, Part extends object>(
  name: string,
  option: Option | undefined,
  check: (option: Option) => Part,
): Part | undefined {
  return option === undefined ? undefined : atOption(name, () => check(option));
}

function balloonOf(option: boolean | BalloonOptions = false): Pick<MachineConfig, 'balloon'> {
  const balloon = checkedBalloon(option);
  return balloon === undefined ? {} : { balloon };
}

/** The switches that differ from their defaults. */
function checkedSwitches(options: MachineOptions): Partial<Record<SwitchName, boolean>> {
  const names = Object.keys(switches) as SwitchName[];
  const checked = (name: SwitchName) => atOption(name, () => checkedBoolean(name, options[name] ?? switches[name]));
  const values = names.map((name) => [name, checked(name)] as const);
  return Object.fromEntries(values.filter(([name, value]) => value !== switches[name]));
}

function checkedPorts(debugExit: { iobase: number; iosize: number }): { iobase: number; iosize: number } {
  checkNames('debugExit', debugExit, ['iobase', 'iosize']);
  return {
    iobase: atOption('iobase', () => checkedInteger('debugExit.iobase', debugExit.iobase, 0, 0xffff)),
    iosize: atOption('iosize', () => checkedInteger('debugExit.iosize', debugExit.iosize, 1, 4)),
  };
}

/** Those that options add, with all their settings. */
function checkedCards(options: MachineOptions): CardSettings {
  const rows: readonly (DeviceRow & { readonly option: keyof CardSettings })[] = Object.values(optionalCards);
  const cards = rows.flatMap(({ option, settings = {} }) => {
    const card = options[option];
    return card === undefined
      ? []
      : [[option, atOption(option, () => checkedSettings(option, card, settings))] as const];
  });
  return Object.fromEntries(cards) as CardSettings;
}

function checkedSettings(
  option: string,
  card: Readonly<Record<string, number>>,
  settings: NonNullable<DeviceRow['settings']>,
): Readonly<Record<string, number>> {
  checkNames(option, card, Object.keys(settings));
  return Object.fromEntries(
    Object.entries(settings).map(([name, { usual, most }]) => [
      name,
      atOption(name, () => checkedInteger(`${option}.${name}`, card[name] ?? usual, 0, most)),
    ]),
  );
}

function checkedPort(debugConsole: { iobase: number }): number {
  checkNames('debugConsole', debugConsole, ['iobase']);
  return atOption('iobase', () => checkedInteger('debugConsole.iobase', debugConsole.iobase, 0, 0xffff));
}
