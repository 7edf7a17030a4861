import { virtioPortName } from '../../runtime/machine/resources.ts';
import type { NetworkCard } from '../cards/card.ts';
import type { Drive } from '../drives/drive.ts';
import { isPluggable } from '../drives/options.ts';
import { PciDevices, type PluggedPci } from '../hot-plug/pci-devices.ts';
import { type PluggedUsb, UsbPorts } from '../hot-plug/usb-ports.ts';
import { connectInput } from '../input/connect.ts';
import type { Keyboard } from '../input/keyboard.ts';
import type { Mouse } from '../input/mouse.ts';
import type { Notice } from '../isolate/connection.ts';
import type { MachineConfig } from '../machine-core.ts';
import { Screen } from '../screen/index.ts';
import type { SharedFiles } from '../shares/files.ts';
import type { Sound } from '../sound/sound.ts';
import { type Balloon, connectBalloon } from './balloon.ts';
import type { MachineLink } from './link.ts';
import type { SerialPort } from './serial.ts';
import type { DebugConsole, Examine, MachineParts } from './types.ts';

const serialPortNames = ['com1', 'com2', 'com3', 'com4'] as const;

/** What devices need of their machine. */
interface DevicesMachine {
  readonly config: MachineConfig;
  readonly made: MachineParts;
  readonly link: Pick<MachineLink, 'call' | 'streams'>;
  readonly examine: Examine;
  isMigrating(): boolean;
  /** Whether the machine is still on its way here from another process. */
  isAwaited(): boolean;
  /** A device was pulled out. */
  unplugged(device: PluggedUsb | PluggedPci): void;
}

/** A machine's devices as its user has them. */
export class MachineDevices {
  /** Bytes of the guest's memory. */
  readonly memoryBytes: number;
  /** The first serial port, COM1. */
  readonly serial: SerialPort;
  /** COM1 to COM4. */
  readonly serialPorts: readonly SerialPort[];
  /** What the guest writes to the debug console, if the options add one. */
  readonly debugConsole: DebugConsole;
  /** What MachineOptions.log asks for, as lines of text. While a listener's promise is not done the guest waits. */
  readonly guestLog: DebugConsole;
  /** Its virtio balloon, if the options add one. */
  readonly balloon: Balloon | undefined;
  /** Ports of the virtio console device, in the order of the options. */
  readonly virtioPorts: readonly SerialPort[];
  /** What the guest prints on the parallel port. */
  readonly parallel: DebugConsole;
  /** The user's end of its keyboard: presses keys, and types text. */
  readonly keyboard: Keyboard;
  /** The user's end of its mouse: moves it, and presses its buttons. */
  readonly mouse: Mouse;
  /** Its disks and drives, in the order of the options; what is plugged in later comes last. */
  readonly drives: readonly Drive[];
  /** What is plugged into its USB controller, where it has one: devices come and go while it runs. */
  readonly usb: UsbPorts;
  /** Its PCI bus: network cards, disks and others come and go while it runs. */
  readonly pci: PciDevices;
  /** Its network cards, in the order of the options; what is plugged in later comes last. */
  readonly network: readonly NetworkCard[];
  /** Files in memory that the guest may mount (`MachineOptions.shares` with `files` or `server`), by the tag of the share. */
  readonly shares: ReadonlyMap<string, SharedFiles>;
  /** What it plays. */
  readonly sound: Sound;
  /** What its display adapter shows. */
  readonly screen: Screen;

  constructor({ config, made, link, examine, isMigrating, isAwaited, unplugged }: DevicesMachine) {
    const { streams, call } = link;
    this.memoryBytes = config.memoryBytes;
    this.serialPorts = serialPortNames.map((name) => streams.open(name));
    this.serial = this.serialPorts[0];
    this.debugConsole = streams.open('debug');
    this.guestLog = streams.open('log');
    if (config.balloon) this.balloon = connectBalloon(streams, config.memoryBytes);
    this.virtioPorts = (config.virtioPorts ?? []).map((_, n) => streams.open(virtioPortName(n)));
    this.parallel = streams.open('lpt1');
    const input = connectInput(streams, made.options.keyboardLayout);
    ({ keyboard: this.keyboard, mouse: this.mouse } = input);
    const plugMachine = {
      ...{ made, streams, examine, isMigrating, isAwaited, unplugged },
      answered: (drive: string) => call('answered', drive),
    };
    this.usb = new UsbPorts({ ...plugMachine, input, otherIds: () => [...this.pci.ids, ...this.#stayingIds] });
    this.pci = new PciDevices({ ...plugMachine, otherIds: () => [...this.usb.ids, ...this.#stayingIds] });
    this.drives = made.drives.all;
    this.network = made.cards.all;
    this.shares = made.shares.files;
    this.sound = made.sound;
    this.screen = new Screen((config.vga ?? 'none') !== 'none', () => call('screen'));
  }

  /** Names by which devices are known that cannot be pulled out. */
  get #stayingIds(): string[] {
    const drives = this.drives.filter(({ place }) => !isPluggable(place.interface));
    const cards = this.network.filter(({ model }) => model === 'ne2k_isa');
    return [...drives.flatMap(({ device }) => device ?? []), ...cards.map(({ name }) => name)];
  }

  /** Something was plugged in or pulled out. */
  plugged({ devices, pciSlots }: Extract<Notice, { type: 'plugged' }>): void {
    this.usb.update(devices);
    this.pci.update(devices, pciSlots);
  }
}
