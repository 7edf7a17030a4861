import type { IrqLine } from '../bus/irq.ts';
import type { PortBus } from '../bus/ports.ts';
import type { PciFunction } from '../devices/pci/function.ts';
import { type PlatformServices, XenPlatform } from '../devices/xen-platform/index.ts';
import { Unplug } from '../devices/xen-platform/registers.ts';
import type { BlockPort } from '../host/block.ts';
import type { NetworkPort } from '../host/network.ts';
import type { HostStream } from '../host/stream.ts';
import type { PageTables } from '../memory/page-tables.ts';
import { joinComponents } from '../snapshot/components.ts';
import type { Component } from '../snapshot/describe.ts';
import { CONSOLE_PAGE, Errno, PAGE_BYTES, Parameter, STUB_BYTES } from './abi.ts';
import { BlockBackend } from './backends/block.ts';
import { type Backend, Bus } from './backends/bus.ts';
import { ConsoleBackend, consoleNodes } from './backends/console.ts';
import { ConsoleLine } from './backends/console-line.ts';
import { FramebufferBackend } from './backends/framebuffer.ts';
import type { FramebufferPictures } from './backends/framebuffer-picture.ts';
import { frontChannel } from './backends/front-channel.ts';
import { KeyboardBackend } from './backends/keyboard.ts';
import { NetworkBackend } from './backends/network.ts';
import { XenBalloon, type XenBalloonOptions } from './balloon.ts';
import { XenDomain, type XenDomainOptions } from './domain.ts';
import { type GuestMemory, guestMemory } from './guest-memory.ts';
import { type CallArguments, hypercall } from './hypercalls.ts';
import { type XenLeaf, xenLeaf } from './leaves.ts';
import { HOME, StoreServer } from './store/server.ts';

/** Kilobytes that the guest is to have. */
const TARGET = `${HOME}/memory/target`;
/** The node that asks the guest to do something; it empties that when it has heard. */
const SHUTDOWN = `${HOME}/control/shutdown`;
/** The guest says that it does what it is asked. */
const POWER_OFF_KNOWN = `${HOME}/control/feature-poweroff`;
const MOST_CALLS = PAGE_BYTES / STUB_BYTES;
/** Queues of a disk or of a network interface: one a processor, up to so many. */
const MOST_QUEUES = 8;
/** Interrupt lines of the board that a guest may name. */
const ISA_LINES = 16;
const [EAX, EBX, ECX, EDX, ESI, EDI] = [0, 3, 1, 2, 6, 7] as const;

export interface XenOptions
  extends Omit<XenDomainOptions, 'lineOf' | 'running' | 'print' | 'hasConsole' | 'balloon' | 'softReset'>,
    XenBalloonOptions,
    PlatformServices {
  readonly ports: PortBus;
  readonly irq: (number: number) => IrqLine;
  readonly pciIrq: (device: number, pin: number) => IrqLine;
  readonly disks: readonly { readonly name: string; readonly index: number; readonly port: BlockPort }[];
  readonly cards: readonly { readonly name: string; readonly mac: readonly number[]; readonly port: NetworkPort }[];
  /** The first one is the guest's own, which it has from its start. */
  readonly consoles: readonly HostStream[];
  /** Streams of a keyboard and its pointer (backends/keyboard.ts); null: there is none. */
  readonly keyboard: { readonly keys: HostStream; readonly pointer: HostStream } | null;
  readonly hasFramebuffer: boolean;
}

/** The parts of the processor that Xen looks at. */
export interface XenProcessor {
  readonly paging: Pick<PageTables, 'allows' | 'result'>;
  /** Its general registers, by their numbers in instructions. */
  readonly registers: { get(register: number): number; set(register: number, value: number): void };
  /** Whether it runs the system's code. */
  readonly isSystem: () => boolean;
  readonly running: XenDomainOptions['running'];
}

/** Xen around a guest: hypercalls, the store, the platform device, and back ends for its drivers. */
export class Xen {
  readonly component: Component;
  /** That of the platform device. */
  readonly pciFunction: PciFunction;
  readonly #platform: XenPlatform;
  readonly #options: XenOptions;
  readonly #domain: XenDomain;
  readonly #server: StoreServer;
  readonly #bus: Bus;
  readonly #balloon: XenBalloon;
  /** The first console. */
  readonly #console: ConsoleLine | null;
  /** The pictures of its framebuffer; null: there is none. */
  readonly pictures: FramebufferPictures | null;
  #processor: XenProcessor | null = null;
  #guest: GuestMemory | null = null;

  constructor(options: XenOptions) {
    const { memory, guestError, irq, pciIrq } = options;
    this.#options = options;
    const balloon = new XenBalloon(options, () => this.#tell(TARGET, `${balloon.target}`));
    this.#balloon = balloon;
    this.#domain = new XenDomain({
      ...{ ...options, balloon, hasConsole: options.consoles.length > 0, softReset: () => this.#startAgain() },
      running: () => this.#processor?.running() ?? { processor: 0, timestampOffset: [0, 0] },
      lineOf: (place) => {
        if ('irq' in place) return place.irq < ISA_LINES ? irq(place.irq) : undefined;
        return place.device === options.device && place.pin === 1 ? pciIrq(place.device, place.pin) : undefined;
      },
      // A guest's emergency console: whoever asks for the log of errors sees it.
      print: (bytes) => guestError(`xen console: ${String.fromCharCode(...bytes)}`, bytes.length),
    });
    const domain = this.#domain;
    this.#server = new StoreServer({
      ...{ memory, guestError },
      tell: () => domain.channels.raise(domain.parameter(Parameter.storeChannel)[0]),
      changed: (path) => this.#bus.changed(path),
    });
    // No device has a name with spaces, as these states have.
    const [first, ...further] = options.consoles;
    this.#console = first === undefined ? null : new ConsoleLine('xen hvc 0', memory, first);
    const name = 'xen framebuffer';
    const framebuffer = options.hasFramebuffer ? new FramebufferBackend({ ...options, name, domain }) : null;
    this.pictures = framebuffer?.pictures ?? null;
    const backends = [...this.#makeBackends(further), ...(framebuffer === null ? [] : [framebuffer])];
    this.#bus = new Bus(backends, this.#server, guestError);
    this.#platform = new XenPlatform(options);
    this.pciFunction = this.#platform.pciFunction;
    this.component = joinComponents('xen', [
      this.#platform.component,
      domain.component,
      balloon.component,
      this.#server.component,
      ...(this.#console === null ? [] : [this.#console.component]),
      ...backends.map(({ component }) => component),
      // Last, as what it connects must be there.
      connections(() => this.#restored()),
    ]);
    this.reset();
  }

  #makeBackends(consoles: readonly HostStream[]): (Backend & { readonly component: Component })[] {
    const [options, domain] = [this.#options, this.#domain];
    const { memory, localApics } = options;
    const mostQueues = Math.min(localApics.length, MOST_QUEUES);
    return [
      ...options.disks.map(
        (disk) => new BlockBackend({ ...disk, name: `xen ${disk.name}`, domain, memory, mostQueues }),
      ),
      ...options.cards.map(
        (card, index) =>
          new NetworkBackend({ ...options, ...card, name: `xen ${card.name}`, index, domain, mostQueues }),
      ),
      ...consoles.map((stream, n) => {
        const index = n + 1;
        return new ConsoleBackend({ name: `xen hvc ${index}`, domain, memory, stream, index });
      }),
      ...(options.keyboard === null
        ? []
        : [new KeyboardBackend({ ...options, ...options.keyboard, name: 'xen keyboard', domain })]),
    ];
  }

  /** Connects the processor that runs guest code. */
  connect(processor: XenProcessor): void {
    this.#processor = processor;
    this.#guest = guestMemory(processor.paging, this.#options.memory);
  }

  /** A hypercall: its number is in EAX, where the answer goes. The system alone may make one. */
  call(): void {
    const { registers, isSystem } = this.#processor!;
    const given = [EBX, ECX, EDX, ESI, EDI].map((register) => registers.get(register));
    const answer = isSystem()
      ? hypercall(this.#domain, this.#guest!, registers.get(EAX), given as unknown as CallArguments)
      : -Errno.permission;
    registers.set(EAX, answer);
  }

  leaf(number: number, subleaf: number): XenLeaf | undefined {
    return xenLeaf(this.#options.version, this.#domain.currentProcessor, number, subleaf);
  }

  /** The guest wants its hypercall page at an address: a stub for each call. */
  placeHypercalls(address: number): void {
    const page = new Uint8Array(PAGE_BYTES);
    for (let call = 0; call < MOST_CALLS; call++) {
      const [low, high] = [call & 0xff, call >>> 8];
      // MOV EAX, call; VMCALL; RET
      page.set([0xb8, low, high, 0, 0, 0x0f, 0x01, 0xc1, 0xc3], call * STUB_BYTES);
    }
    this.#options.memory.write(Math.floor(address / PAGE_BYTES) * PAGE_BYTES, page);
  }

  /** The TSC of the processor that runs has jumped. */
  timeChanged(): void {
    this.#domain.timeChanged();
  }

  /** Whether events can interrupt a processor. `maskable`: whether its IF is set. */
  canInterrupt(maskable: (processor: number) => boolean): boolean {
    const processors = [...this.#options.localApics.keys()];
    return processors.some((processor) => this.#domain.isInterrupted(processor) && maskable(processor));
  }

  /** Whether the guest has unplugged emulated devices of a kind (devices/xen-platform/registers.ts). Cards stay where it has none of Xen's. */
  hasUnplugged(kind: number): boolean {
    return this.#platform.hasUnplugged(kind) && (kind !== Unplug.cards || this.#options.cards.length > 0);
  }

  /** Asks the guest to turn itself off. False: it does not know that, or has not heard what it was asked before. */
  askPowerOff(): boolean {
    const { store } = this.#server;
    if (store.get(POWER_OFF_KNOWN) !== '1' || store.get(SHUTDOWN) !== '') return false;
    this.#tell(SHUTDOWN, 'poweroff');
    return true;
  }

  /** Tells the guest something by a node. One that it has removed stays so: a full store has no room for it. */
  #tell(path: string, value: string): void {
    const { store } = this.#server;
    if (store.get(path) !== undefined) store.set(path, value);
  }

  reset(): void {
    this.#platform.reset();
    this.#startAgain();
  }

  /** Another system begins, and knows nothing of what the one before had of Xen. What that has unplugged stays so. */
  #startAgain(): void {
    this.#bus.reset();
    this.#domain.reset();
    this.#balloon.reset();
    const own = [
      [`${HOME}/name`, 'rawiron'],
      [`${HOME}/domid`, '1'],
      [`${HOME}/device`, ''],
      [SHUTDOWN, ''],
      [`${HOME}/control/platform-feature-xs_reset_watches`, '1'],
      [`${HOME}/memory/static-max`, `${this.#balloon.most}`],
      [TARGET, `${this.#balloon.target}`],
    ] as const;
    this.#server.reset([...own, ...this.#consoleNodes(), ...this.#bus.nodes]);
    this.#options.memory.write(CONSOLE_PAGE * PAGE_BYTES, new Uint8Array(PAGE_BYTES));
    this.#connectStore();
    this.#connectConsole();
    this.#console?.start();
  }

  /** Nodes of the guest's first console, besides the parameters. */
  #consoleNodes(): (readonly [string, string])[] {
    if (this.#console === null) return [];
    const [page] = this.#domain.parameter(Parameter.consolePage);
    const [port] = this.#domain.parameter(Parameter.consoleChannel);
    const nodes = { ...consoleNodes, 'ring-ref': `${page}`, port: `${port}` };
    return Object.entries(nodes).map(([name, value]) => [`${HOME}/console/${name}`, value]);
  }

  #connectConsole(): void {
    const [line, number] = [this.#console, this.#domain.parameter(Parameter.consoleChannel)[0]];
    if (line === null) return;
    const channel = frontChannel(this.#domain.channels, `${number}`, () => line.serve());
    if (channel === null) line.disconnect();
    else line.connect({ page: () => CONSOLE_PAGE * PAGE_BYTES, channel });
  }

  #connectStore(): void {
    this.#domain.channels.connect(this.#domain.parameter(Parameter.storeChannel)[0], () => this.#server.serve());
  }

  #restored(): void {
    this.#connectStore();
    this.#connectConsole();
    this.#bus.restored();
  }
}

/** A component without state, for what is to be done when others have theirs. */
function connections(restored: () => void): Component {
  return {
    name: 'connections',
    save: () => ({}),
    check: () => {},
    load: () => {},
    restored,
    compare: () => [],
    show: () => [],
  };
}
