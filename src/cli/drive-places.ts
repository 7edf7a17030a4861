import { PORTS as AHCI_PORTS } from '../../runtime/devices/ahci/registers.ts';
import { scsiIndexOf } from '../../runtime/machine/scsi-plan.ts';
import { ConfigurationError, type DriveOptions } from '../index.ts';
import { parseInteger } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** Where a drive of ide-hd or ide-cd is to be: at one of the four places of the IDE, or at a port of the AHCI controller. */
type Place = Pick<DriveOptions, 'interface' | 'index'>;

/** Buses of a controller without a name: QEMU counts them on from those of the IDE. */
const FIRST_UNNAMED = 2;

/** The settings with the AHCI controller, whose buses have the names `id.0` to `id.5`. */
export function addAhci(settings: Settings, id: string): Settings {
  if (settings.machine.ahci)
    throw new ConfigurationError('there is one AHCI controller already, with six ports; leave the second one out');
  return { ...machine(settings, { ahci: true }), ahciId: id };
}

/** The place for `bus=ide.1,unit=0` or `bus=ahci.0`. Throws ConfigurationError for a bus that is not there. */
export function drivePlace(settings: Settings, bus: string, unit: string): Place {
  const port = ahciPort(settings, bus);
  if (port === undefined) return { ...optionalIndex(idePlace(bus, unit, ahciBuses(settings))) };
  if (parseInteger('unit', unit || '0') !== 0)
    throw new ConfigurationError(`Can't create IDE unit ${unit}, bus supports only 1 units; leave out unit`);
  return { interface: 'sata', index: port };
}

const optionalIndex = (index: number | undefined): Place => (index === undefined ? {} : { index });

/** The port for the name of one of the AHCI controller's buses; undefined if it is none. */
function ahciPort({ machine: { ahci }, ahciId = '' }: Settings, bus: string): number | undefined {
  const [, name, number] = /^(.*)\.(\d+)$/.exec(bus) ?? [];
  if (!ahci || name !== (ahciId || 'ide')) return undefined;
  const port = Number(number) - (ahciId === '' ? FIRST_UNNAMED : 0);
  return port >= 0 && port < AHCI_PORTS ? port : undefined;
}

function ahciBuses({ machine: { ahci }, ahciId = '' }: Settings): string {
  if (!ahci) return ', or -device ahci,id=ahci and bus=ahci.0 to ahci.5';
  const first = ahciId === '' ? FIRST_UNNAMED : 0;
  const name = ahciId || 'ide';
  return `, or bus=${name}.${first} to ${name}.${first + AHCI_PORTS - 1} of the AHCI controller`;
}

/** The place among the four IDE drives for `bus=ide.1,unit=0`. `others`: buses that there are besides, for the error message. */
export function idePlace(bus: string, unit: string, others = ''): number | undefined {
  if (bus === '' && unit === '') return undefined;
  const channel = /^(?:ide\.)?([01])$/.exec(bus || 'ide.0')?.[1];
  if (channel === undefined)
    throw new ConfigurationError(`there is no bus '${bus}'; give bus=ide.0 or bus=ide.1${others}`);
  return 2 * Number(channel) + parseInteger('unit', unit || '0');
}

/** The place of a SCSI drive for `bus=0,unit=3`: the number of its controller, and its target. */
export function scsiIndex(bus: string, unit: string): number | undefined {
  if (bus === '' && unit === '') return undefined;
  return scsiIndexOf(parseInteger('bus', bus || '0'), parseInteger('unit', unit || '0'));
}
