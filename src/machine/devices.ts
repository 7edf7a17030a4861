import { ports } from '../../runtime/host/ports.ts';
import { isPciCard } from '../../runtime/machine/catalogue/network.ts';
import { isPluggable } from '../drives/options.ts';
import { PciDevices } from '../hot-plug/pci-devices.ts';
import type { PluggedPci } from '../hot-plug/pci-options.ts';
import { type PluggedProcessorInfo, ProcessorPlaces } from '../hot-plug/processor-places.ts';
import { type PluggedUsb, UsbPorts } from '../hot-plug/usb-ports.ts';
import { connectInput, connectXenInput } from '../input/connect.ts';
import type { Keyboard } from '../input/keyboard.ts';
import type { Mouse } from '../input/mouse.ts';
import type { Notice } from '../isolate/connection.ts';
import type { SerialPort } from '../isolate/serial.ts';
import { hasBalloon, hasScreen, type MachineConfig } from '../machine-core.ts';
import { Screen } from '../screen/index.ts';
import { type Balloon, connectBalloon } from './balloon.ts';
import type { MachineLink } from './link.ts';
import type { DebugConsole, Examine, MachineParts } from './types.ts';

/** The machine, as its devices use it. */
interface DevicesMachine {
  readonly config: MachineConfig;
  readonly made: MachineParts;
  readonly link: Pick<MachineLink, 'call' | 'streams'>;
  readonly examine: Examine;
  isMigrating(): boolean;
  /** Whether the machine is still on its way here from another process. */
  isAwaited(): boolean;
  /** A device was pulled out. */
  unplugged(device: PluggedUsb | PluggedPci | PluggedProcessorInfo): void;
}

/** Devices that are made with a machine, as its user has them: the members of `Machine` with these names say what each is. */
export class MachineDevices {
  readonly #made: MachineParts;
  readonly memoryBytes: number;
  readonly serialPorts: readonly SerialPort[];
  readonly debugConsole: DebugConsole;
  readonly guestLog: DebugConsole;
  readonly balloon: Balloon | undefined;
  readonly virtioPorts: readonly SerialPort[];
  readonly xenConsoles: readonly SerialPort[];
  readonly parallel: DebugConsole;
  readonly keyboard: Keyboard;
  readonly mouse: Mouse;
  readonly usb: UsbPorts;
  readonly pci: PciDevices;
  readonly processorPlaces: ProcessorPlaces;
  readonly screen: Screen;

  constructor({ config, made, link, examine, isMigrating, isAwaited, unplugged }: DevicesMachine) {
    const { streams, call } = link;
    this.#made = made;
    this.memoryBytes = config.memoryBytes;
    this.serialPorts = ports.serial.map((port) => streams.open(port));
    this.debugConsole = streams.open(ports.debugConsole);
    this.guestLog = streams.open(ports.guestLog);
    if (hasBalloon(config)) this.balloon = connectBalloon(streams, config.memoryBytes);
    this.virtioPorts = (config.virtioPorts ?? []).map((_, n) => streams.open(ports.virtio(n)));
    this.xenConsoles = Array.from({ length: config.xenConsoles ?? 0 }, (_, n) => streams.open(ports.xenConsole(n)));
    this.parallel = streams.open(ports.parallel);
    const input = connectInput(streams, made.options.keyboardLayout);
    ({ keyboard: this.keyboard, mouse: this.mouse } = input);
    if (config.xenKeyboard) connectXenInput(streams, input);
    const plugMachine = {
      ...{ made, streams, examine, isMigrating, isAwaited, unplugged },
      answered: (drive: string) => call('answered', drive),
    };
    const idsBeside = (bus: object) => () => {
      const others = [this.usb, this.pci, this.processorPlaces].filter((one) => one.constructor !== bus);
      return [...others.flatMap(({ ids }) => ids), ...this.#stayingIds];
    };
    this.usb = new UsbPorts({ ...plugMachine, input, otherIds: idsBeside(UsbPorts) });
    this.pci = new PciDevices({ ...plugMachine, otherIds: idsBeside(PciDevices) });
    this.processorPlaces = new ProcessorPlaces({ ...plugMachine, otherIds: idsBeside(ProcessorPlaces) });
    this.screen = new Screen(hasScreen(config), () => call('screen'));
  }

  /** Names by which devices are known that cannot be pulled out. */
  get #stayingIds(): string[] {
    const drives = this.#made.drives.all.filter(({ place }) => !isPluggable(place.interface));
    const cards = this.#made.cards.all.filter(({ model }) => !isPciCard(model));
    return [...drives.flatMap(({ device }) => device ?? []), ...cards.map(({ name }) => name)];
  }

  /** Something was plugged in or pulled out. */
  plugged({ devices, pciSlots }: Extract<Notice, { type: 'plugged' }>): void {
    this.usb.update(devices);
    this.pci.update(devices, pciSlots);
    this.processorPlaces.update(devices);
  }
}
