import { A20Gate } from '../bus/a20-gate.ts';
import type { ReportGuestError } from '../bus/guest-error.ts';
import { bothLines, IrqLines, type Line } from '../bus/irq.ts';
import { PortBus } from '../bus/ports.ts';
import type { PowerControl } from '../bus/power.ts';
import type { ProcessorReport } from '../devices/cpu-hot-plug/index.ts';
import { Dma8237 } from '../devices/dma8237/index.ts';
import { FwCfg } from '../devices/fw-cfg/index.ts';
import { Hpet } from '../devices/hpet/index.ts';
import { hostBridge } from '../devices/i440fx/index.ts';
import { I8042 } from '../devices/i8042/index.ts';
import { IoApic } from '../devices/io-apic/index.ts';
import type { ProcessorSignals } from '../devices/local-apic/options.ts';
import { LocalApics } from '../devices/local-apic/set.ts';
import type { PciFunction } from '../devices/pci/function.ts';
import { PciBus } from '../devices/pci/index.ts';
import { romBars } from '../devices/pci/rom.ts';
import { Pic8259 } from '../devices/pic8259/index.ts';
import { IsaBridge } from '../devices/piix3/index.ts';
import { pirqOf } from '../devices/piix3/registers.ts';
import { Pit8254 } from '../devices/pit8254/index.ts';
import type { GeneralEvents } from '../devices/power/general-events.ts';
import type { AcpiImage } from '../devices/power/image.ts';
import type { PowerManagement } from '../devices/power/index.ts';
import { RtcCmos } from '../devices/rtc-cmos/index.ts';
import { Uart16550 } from '../devices/uart16550/index.ts';
import type { GuestRegisters } from '../devices/vmport/index.ts';
import { Unplug } from '../devices/xen-platform/registers.ts';
import type { BlockPort } from '../host/block.ts';
import type { HostDoor } from '../host/door.ts';
import { ports as hostPorts } from '../host/ports.ts';
import { busMemory } from '../memory/bus-memory.ts';
import { chipMemory } from '../memory/chip-memory.ts';
import { Layer } from '../memory/physical-map.ts';
import { type ReleaseMemory, releasePages } from '../memory/release.ts';
import { storeAlarms } from '../memory/store-alarm.ts';
import type { Component } from '../snapshot/describe.ts';
import type { SoundMixer } from '../sound/mixer.ts';
import type { VirtualClock } from '../time/clock.ts';
import type { EventQueue } from '../time/events.ts';
import type { UsbBus } from '../usb/bus.ts';
import { acpiTables } from './acpi.ts';
import { makeBackdoor } from './backdoor.ts';
import type { Board, Part } from './board.ts';
import { BootPaths } from './boot-paths.ts';
import {
  setCmosBootOrder,
  setCmosEquipment,
  setCmosHardDisks,
  setCmosMemorySize,
  setCmosProcessors,
  setCmosWake,
} from './cmos.ts';
import { type MachineConfig, startsFirmware } from './config.ts';
import { makeDisplay } from './display.ts';
import { blockPort, floppyDrives, hardDiskGeometries } from './drives.ts';
import { firmwareFiles } from './firmware-files.ts';
import { type HypervisorHere, makeHypervisor } from './hypervisor.ts';
import { kernelForFirmware } from './kernel.ts';
import { splitMemory } from './memory-size.ts';
import { apicIdsOf, modelOf } from './model-of.ts';
import type { DeviceShelf } from './optional-devices.ts';
import { parts } from './parts.ts';
import { PciPlugs } from './pci-plugs.ts';
import { PciSlots } from './pci-slots.ts';
import type { PhysicalLayout } from './physical-layout.ts';
import { Plugboard } from './plugboard.ts';
import { powerChips } from './power-chips.ts';
import { ProcessorPlugs, processorsAtStart } from './processor-plugs.ts';
import { ioApicInput, serialPorts, withoutFirmware } from './resources.ts';
import { MachineScreen } from './screen.ts';
import { soundMixer } from './sound.ts';
import type { XenSurroundings } from './xen.ts';

/** Where firmware sets the chips up. */
const noBases = { powerBase: 0, smbusBase: 0, pirqRoutes: [] } as const;
/** Floppy, CD-ROM and hard disk in QEMU's order. */
const DEFAULT_ORDER = 'cad';

/** Base class and sub-class of Ethernet controllers. */
const ETHERNET = 0x0200;
const isCard = ({ classCode }: PciFunction): boolean => classCode >>> 8 === ETHERNET;

export interface PcOptions {
  readonly config: MachineConfig;
  readonly devices: DeviceShelf;
  readonly clock: VirtualClock;
  readonly events: EventQueue;
  readonly layout: PhysicalLayout;
  /** IDs of the processors' local APICs; null: they have none. There is an I/O APIC with them. */
  readonly apicIds: readonly number[] | null;
  /** Board.random. */
  readonly random: (target: Uint8Array) => void;
  /** Board.setRandomKey. */
  readonly setRandomKey: (key: Int32Array) => void;
  /** Registers of the processor that runs. */
  readonly registers: GuestRegisters;
  readonly releaseMemory: ReleaseMemory;
  /** The effects of messages on processors other than interrupts. */
  readonly signals: ProcessorSignals;
  /** Returns a processor to its state at power-on, in which it waits to be started. */
  readonly resetProcessor: (processor: number) => void;
  /** A system has answered that a processor has come or is to go. */
  readonly reported: (report: ProcessorReport) => void;
  readonly power: PowerControl;
  readonly guestError: ReportGuestError;
  readonly door: HostDoor;
}

function makeSerialPorts(board: Board): Uart16550[] {
  return serialPorts.map((port, n) => {
    const line = hostPorts.serial[n]!;
    const { name } = line;
    return new Uart16550({ ...board, ...port, name, irq: board.irq(port.irq), line: board.door.stream(line) });
  });
}

/** The parts of the PC around the CPU and its memory. */
export class Pc {
  readonly ports = new PortBus();
  readonly pic: Pic8259;
  readonly localApics: LocalApics | null;
  readonly ioApic: IoApic | null;
  readonly irqs: IrqLines;
  readonly pit: Pit8254;
  readonly rtc: RtcCmos;
  readonly hypervisor: HypervisorHere;
  readonly keyboardController: I8042;
  readonly pci: PciBus;
  readonly #hostBridge: PciFunction;
  readonly #bridge: IsaBridge;
  readonly dma: Dma8237;
  readonly powerManagement: PowerManagement;
  readonly uarts: readonly Uart16550[];
  readonly screen: MachineScreen;
  readonly #mixer: SoundMixer;
  /** Whether somebody listens from the start. */
  readonly #isHeard: boolean;
  /** How often each IRQ was requested, for who looks at the machine: no device knows it. */
  readonly interruptCounts = new Array<number>(16).fill(0);
  readonly plugboard: Plugboard;
  readonly #slots: PciSlots;
  /** State of all that is always here. */
  readonly #described: readonly Component[];
  readonly #parts: readonly Part[];
  readonly #bootPaths = new BootPaths();
  /** Sets the firmware's boot order, by the letters of `-boot order=`. */
  readonly setBootOrder: (letters: string) => void;
  /** At a reset. */
  readonly #enterBootOrder: () => void;

  constructor(options: PcOptions) {
    const { config, clock, events, layout } = options;
    const { ports } = this;
    this.pic = new Pic8259({ ports });
    this.localApics = options.apicIds && this.#makeLocalApics(options.apicIds, options);
    this.ioApic = this.localApics && this.#makeIoApic(this.localApics, options);
    this.irqs = new IrqLines((number) => this.#requestLine(number));
    this.#mixer = soundMixer(options);
    this.#isHeard = config.sound?.isHeard ?? false;
    this.plugboard = new Plugboard(events, options.door);
    this.#slots = new PciSlots(config);
    const a20 = new A20Gate((open) => layout.map.setA20(open));
    const board = this.#boardOf(options, a20);
    const hpet = config.hpet === false ? null : new Hpet({ ...board, ioApic: this.ioApic !== null });
    const pitIrq = hpet?.replaceable(0) ?? board.irq(0);
    this.pit = new Pit8254({ ...board, irq: pitIrq, voice: board.voice('speaker') });
    this.pic.onAcknowledge = (number) => {
      if (number === 0) this.pit.acknowledged();
    };
    const hasFirmware = startsFirmware(config.boot);
    const { pirqRoutes, ...bases } = hasFirmware ? noBases : withoutFirmware;
    const power = powerChips(board, bases);
    this.powerManagement = power.powerManagement;
    const rtcIrq = bothLines(hpet?.replaceable(8) ?? board.irq(8), this.powerManagement.rtc);
    this.rtc = new RtcCmos({ ...board, irq: rtcIrq, startTime: config.startTimeOfDay / 1000 });
    this.#enterSetup(config);
    const { order = DEFAULT_ORDER, once, anyFloppy } = config.firmware ?? {};
    this.setBootOrder = (letters) => setCmosBootOrder(this.rtc, letters, anyFloppy);
    this.setBootOrder(once ?? order);
    // Otherwise CMOS keeps what it has.
    this.#enterBootOrder = once === undefined ? () => {} : () => this.setBootOrder(order);
    this.keyboardController = this.#makeKeyboardController(board);
    const vmMouse = makeBackdoor(board, options.registers, this.keyboardController.mouse);
    this.uarts = makeSerialPorts(board);
    this.dma = new Dma8237(board);
    this.#bridge = new IsaBridge({ ...board, routes: pirqRoutes });
    const irqOf = (device: number, pin: number) => withoutFirmware.pirqRoutes[pirqOf(device, pin)]!;
    const isHidden = (one: PciFunction) => isCard(one) && board.hasUnplugged(Unplug.cards);
    this.pci = new PciBus({ ...board, isHidden, ...(!hasFirmware && { irqOf }) });
    this.#hostBridge = hostBridge({ shadowChanged: layout.setShadow, allRam: !hasFirmware });
    this.pci.add(this.#hostBridge);
    const { pic, pit, rtc, keyboardController, uarts, dma, pci } = this;
    const bridge = this.#bridge;
    const display = makeDisplay(config, board, layout.map);
    this.hypervisor = makeHypervisor(board, options, this.localApics, this.#xenSurroundings());
    this.screen = new MachineScreen(display?.pictures ?? null, this.hypervisor.xen?.pictures ?? null);
    const plugs = new PciPlugs(board, { pci, bridge, generalEvents: power.generalEvents });
    this.plugboard.connect('pci', plugs, []);
    const apics = this.localApics && this.ioApic ? [...this.localApics.all, this.ioApic] : [];
    const fwCfg = this.#makeFwCfg(board, () => this.#acpiTables(options, bridge));
    const onBoard = [pic, ...apics, pit, rtc, keyboardController, ...uarts, dma, pci, bridge];
    const processorChips = this.#makeProcessorPlugs(board, options, power.generalEvents);
    const chips = [...onBoard, ...power.all, plugs.chip, ...processorChips, fwCfg];
    const { hyperV, xen } = this.hypervisor;
    const optional = [vmMouse, hyperV, hpet, display, ...parts.flatMap((make) => make(board)), xen];
    this.#parts = [...chips, ...optional.filter((part) => part !== null)];
    for (const { pciFunction } of this.#parts) if (pciFunction) pci.add(pciFunction);
    const functions = this.#parts.flatMap(({ pciFunction }) => pciFunction ?? []);
    const described = [...this.#parts.filter((part) => part !== xen), this.#hostBridge, ...functions];
    const others = [...described, this.irqs, a20, clock, events].map(({ component }) => component);
    // Xen's back ends go on when memory is where functions have placed it, and the time is right.
    this.#described = [...others, ...this.#mixer.components, ...(xen === null ? [] : [xen.component])];
  }

  /** State of everything here, described. What is plugged in comes before what it is plugged into. */
  get components(): readonly Component[] {
    const plugged = this.plugboard.parts.flatMap((part) => [part, ...(part.pciFunction ? [part.pciFunction] : [])]);
    return [...plugged.map(({ component }) => component), ...this.#described];
  }

  /** In the order of the configuration. */
  get usbBuses(): UsbBus[] {
    return this.#parts.flatMap(({ usbBus }) => usbBus ?? []);
  }

  /** The slots that devices have now, by their names. */
  get pciSlots(): Readonly<Record<string, number>> {
    const slots = { ...Object.fromEntries(this.#slots.given), ...this.plugboard.pciSlots };
    const there = Object.entries(slots).filter((one): one is [string, number] => one[1] !== undefined);
    return Object.fromEntries(there);
  }

  /** CMOS, as a PC's setup leaves it. */
  #enterSetup(config: MachineConfig): void {
    const { below, above } = splitMemory(config);
    setCmosMemorySize(this.rtc, below, above);
    setCmosProcessors(this.rtc, processorsAtStart(config).length);
    setCmosEquipment(this.rtc, modelOf(config).features, floppyDrives(config));
    setCmosHardDisks(this.rtc, hardDiskGeometries(config.drives ?? []));
  }

  /** Whether a device can interrupt processors that do nothing else. `maskable`: whether IF of one is set. */
  canInterrupt(maskable: (processor: number) => boolean): boolean {
    const { localApics, pic } = this;
    if (localApics === null) return maskable(0) && pic.isOpen;
    if (localApics.isOpen(maskable) || this.hypervisor.xen?.canInterrupt(maskable)) return true;
    const messages = [...(this.ioApic?.messages() ?? []), ...this.pci.functions.flatMap((made) => made.messages())];
    return messages.some((message) => localApics.wouldInterrupt(message, maskable));
  }

  #boardOf({ layout, ...options }: PcOptions, a20: A20Gate): Board {
    const blockPorts = new Map<string, BlockPort>();
    return {
      ...options,
      ports: this.ports,
      mmio: layout.map.bus(Layer.chipset),
      pciMmio: layout.map.bus(Layer.pci),
      memory: busMemory(layout.map),
      storeAlarm: storeAlarms(layout.map),
      releasePages: (pages) => releasePages(layout.map, pages, options.releaseMemory),
      blockPort: (name) => {
        const port = blockPorts.get(name) ?? blockPort(options.config.drives ?? [], options.door, name);
        blockPorts.set(name, port);
        return port;
      },
      hasUnplugged: (kind) => this.hypervisor.xen?.hasUnplugged(kind) ?? false,
      irq: (number) => this.irqs.input(number),
      pciSlot: (name) => this.#slots.slotFor(name),
      bootsFrom: (bootIndex, path) => this.#bootPaths.note(bootIndex, path),
      pciIrq: (device, pin) => this.#bridge.interrupt(device, pin),
      sendMessage: this.localApics ? (message) => this.localApics!.accept(message) : undefined,
      romBar: romBars(layout.map),
      memoryChip: (chip) => chipMemory(layout.map, chip),
      dma: (channel) => this.dma.channel(channel),
      a20,
      plugboard: this.plugboard,
      voice: (name) => this.#mixer.voice(name),
    };
  }

  /** The interrupt controller of the processor that runs. */
  get interrupts(): LocalApics | Pic8259 {
    return this.localApics ?? this.pic;
  }

  #makeLocalApics(ids: readonly number[], { layout, ...options }: PcOptions): LocalApics {
    const endOfInterrupt = (vector: number) => this.ioApic?.endOfInterrupt(vector);
    const wiring = { memory: busMemory(layout.map), external: this.pic, endOfInterrupt };
    return new LocalApics(layout.map.bus(Layer.processor), { ...options, ...wiring, ids });
  }

  #makeIoApic(localApics: LocalApics, { layout, ...options }: PcOptions): IoApic {
    const mmio = layout.map.bus(Layer.chipset);
    return new IoApic({ ...options, mmio, send: (message) => localApics.accept(message) });
  }

  /** The chip for processors that come and go, where they do. */
  #makeProcessorPlugs(
    board: Board,
    { config, apicIds, resetProcessor, reported }: PcOptions,
    generalEvents: GeneralEvents,
  ): Part[] {
    const { localApics } = this;
    if (config.processorsPresent === undefined || localApics === null) return [];
    const plugs = new ProcessorPlugs(board, {
      ...{ localApics, localIds: apicIds!, generalEvents, resetProcessor, reported },
      countChanged: (count) => setCmosProcessors(this.rtc, count),
    });
    this.plugboard.connect('processor', plugs, []);
    for (const processor of config.processorsPresent)
      if (processor > 0) this.plugboard.configure({ type: 'processor', processor });
    return [plugs.chip];
  }

  /** Numbers of the processors that are there. */
  get #presentProcessors(): readonly number[] {
    return this.localApics?.present ?? [0];
  }

  #makeKeyboardController(board: Board): I8042 {
    const { door } = board;
    const lines = {
      keyboardLine: door.stream(hostPorts.keyboard),
      mouseLine: door.stream(hostPorts.mouse),
    };
    return new I8042({ ...board, ...lines, keyboardIrq: board.irq(1), mouseIrq: board.irq(12) });
  }

  #makeFwCfg(board: Board, acpi: () => AcpiImage): FwCfg {
    const { config } = board;
    const { bootMenu = false, serialConsole = false } = config.firmware ?? {};
    const files = firmwareFiles(config, acpi, () => this.#bootPaths.inOrder);
    const kernel = kernelForFirmware(config);
    const apicIds = apicIdsOf(config) ?? [0];
    return new FwCfg({
      ...board,
      ramBytes: config.memoryBytes,
      apicIds,
      processors: () => this.#presentProcessors.length,
      bootMenu,
      serialConsole,
      uuid: config.system?.uuid,
      files,
      kernel,
    });
  }

  /** As firmware has set up the chips until now; as it usually does where it has not. */
  #acpiTables({ config, apicIds }: PcOptions, bridge: IsaBridge): AcpiImage {
    const usual = withoutFirmware;
    const powerBase = this.powerManagement.base || usual.powerBase;
    const pirqRoutes = usual.pirqRoutes.map((route, pirq) => bridge.routeOf(pirq) || route);
    return acpiTables(config, { powerBase, pirqRoutes, apicIds, present: this.#presentProcessors });
  }

  /** A request goes to both controllers; the system has masked it at one of them. */
  #requestLine(irq: number): Line {
    const pic = this.pic.line(irq);
    const ioApic = this.ioApic?.line(ioApicInput(irq));
    const { interruptCounts } = this;
    let wasHigh = false;
    return {
      set(high) {
        if (high && !wasHigh) interruptCounts[irq]!++;
        wasHigh = high;
        pic.set(high);
        ioApic?.set(high);
      },
    };
  }

  #xenSurroundings(): XenSurroundings {
    return { secondsAtStart: () => this.rtc.secondsAtStart, unplugged: () => this.#resetUnplugged() };
  }

  /** Cards that a guest of Xen has unplugged do nothing more. */
  #resetUnplugged(): void {
    if (!(this.hypervisor.xen?.hasUnplugged(Unplug.cards) ?? false)) return;
    for (const part of [...this.plugboard.parts, ...this.#parts]) {
      const { pciFunction } = part;
      if (pciFunction === undefined || !isCard(pciFunction)) continue;
      part.reset();
      pciFunction.reset();
    }
  }

  /** A hard reset of every device. */
  reset(): void {
    for (const part of [...this.plugboard.parts, ...this.#parts]) part.reset();
    this.#enterBootOrder();
  }

  /**
   * A hard reset after a suspension. The host bridge keeps its registers: SeaBIOS counts on being in RAM still. So does the ISA bridge,
   * as the ACPI tables give systems no method to change the routes of PCI's interrupts.
   */
  wake(): void {
    const { wakeStatus } = this.powerManagement;
    const bridges = [this.#hostBridge, this.#bridge.pciFunction].map(({ component }) => component);
    const kept = bridges.map((bridge) => bridge.save());
    this.reset();
    for (const [n, bridge] of bridges.entries()) bridge.load(kept[n]!);
    for (const bridge of bridges) bridge.restored();
    setCmosWake(this.rtc);
    this.powerManagement.woken(wakeStatus);
  }

  /** Another host takes the place of the one that was there: nobody looks at the screen, or listens, but by its configuration. */
  changeHost(): void {
    this.plugboard.restart();
    this.#mixer.setHeard(this.#isHeard);
    this.screen.forget();
    this.interruptCounts.fill(0);
  }
}
