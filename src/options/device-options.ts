import { type CardSettings, optionalCards } from '../../runtime/machine/catalogue/cards.ts';
import type { DeviceRow } from '../../runtime/machine/catalogue/row.ts';
import type { MachineConfig } from '../machine-core.ts';
import { checkedSoundCards } from '../sound/options.ts';
import { checkedBoolean, checkedInteger, checkNames } from '../util/checks.ts';
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
    ...balloonOf(balloon),
    ...checkedGenerationId(options),
    ...(debugExit !== undefined && { debugExit: checkedPorts(debugExit) }),
    ...(virtioPorts && { virtioPorts: checkedVirtioPorts(virtioPorts) }),
    ...checkedXen(options),
    ...(soundCards && { soundCards: checkedSoundCards(soundCards) }),
    ...(usb !== undefined && { usb: checkedUsb(usb) }),
    ...(usbControllers !== undefined && { usbControllers: checkedUsbControllers(usbControllers) }),
    ...(scsiControllers !== undefined && { scsiControllers: checkedScsiControllers(scsiControllers) }),
    ...checkedCards(options),
    ...(debugConsole !== undefined && { debugConsolePort: checkedPort(debugConsole) }),
  };
}

function balloonOf(option: boolean | BalloonOptions = false): Pick<MachineConfig, 'balloon'> {
  const balloon = checkedBalloon(option);
  return balloon === undefined ? {} : { balloon };
}

/** The switches that differ from their defaults. */
function checkedSwitches(options: MachineOptions): Partial<Record<SwitchName, boolean>> {
  const names = Object.keys(switches) as SwitchName[];
  const given = names.map((name) => [name, checkedBoolean(name, options[name] ?? switches[name])] as const);
  return Object.fromEntries(given.filter(([name, value]) => value !== switches[name]));
}

function checkedPorts(debugExit: { iobase: number; iosize: number }): { iobase: number; iosize: number } {
  checkNames('debugExit', debugExit, ['iobase', 'iosize']);
  return {
    iobase: checkedInteger('debugExit.iobase', debugExit.iobase, 0, 0xffff),
    iosize: checkedInteger('debugExit.iosize', debugExit.iosize, 1, 4),
  };
}

/** Those that options add, with all their settings. */
function checkedCards(options: MachineOptions): CardSettings {
  const rows: readonly (DeviceRow & { readonly option: keyof CardSettings })[] = Object.values(optionalCards);
  const given = rows.flatMap(({ option, settings = {} }) => {
    const card = options[option];
    return card === undefined ? [] : [[option, checkedSettings(option, card, settings)] as const];
  });
  return Object.fromEntries(given) as CardSettings;
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
      checkedInteger(`${option}.${name}`, card[name] ?? usual, 0, most),
    ]),
  );
}

function checkedPort(debugConsole: { iobase: number }): number {
  checkNames('debugConsole', debugConsole, ['iobase']);
  return checkedInteger('debugConsole.iobase', debugConsole.iobase, 0, 0xffff);
}
