import { joinComponents } from '../../snapshot/components.ts';
import { type Component, describe, flag, starting, u8 } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { ENDPOINT_IN, EndpointKind, type UsbDescription } from '../../usb/descriptors.ts';
import { type UsbDevice, UsbFunction } from '../../usb/device.ts';
import type { DataAnswer, Direction, Handshake, UsbSpeed } from '../../usb/packets.ts';
import { Request, type SetupPacket } from '../../usb/requests.ts';
import {
  BOOT_INTERFACE,
  BOOT_PROTOCOL,
  HID_CLASS,
  HID_RELEASE,
  HidDescriptor,
  HidRequest,
  IDLE_TIME,
  Id,
  INTERRUPT_ENDPOINT,
  MAKER,
  Protocol,
  REPORT_PROTOCOL,
  ReportType,
} from './registers.ts';
import type { Reports } from './reports.ts';

export interface UsbHidOptions {
  readonly name: string;
  readonly speed: UsbSpeed;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly events: EventQueue;
}

const hidState = describe({
  protocol: starting(u8, REPORT_PROTOCOL),
  /** In units of IDLE_TIME, after which a report is repeated; 0: never. */
  idle: u8,
  /** Whether the idle time is over. */
  isDue: flag,
  /** The guest has asked for reports since it configured the device. */
  isUsed: flag,
});

/** A keyboard, a mouse or a tablet on the USB. */
export class UsbHid implements UsbDevice {
  readonly component: Component;
  onReady: () => void = () => {};
  readonly #state = hidState.create();
  readonly #function: UsbFunction;
  readonly #reports: Reports;
  readonly #clock: Clock;
  readonly #idle: Timer;

  constructor({ name, speed, reports, clock, events }: UsbHidOptions) {
    this.#reports = reports;
    this.#clock = clock;
    this.#idle = events.timer(`${name} idle`, () => this.#repeat());
    reports.onReady = () => this.onReady();
    const requests = {
      read: (setup: SetupPacket) => this.#read(setup),
      write: (setup: SetupPacket, data: Uint8Array) => this.#write(setup, data),
    };
    const behaviour = { requests, configured: () => this.#configured() };
    this.#function = new UsbFunction(speed, (at) => description(reports, at), behaviour);
    const own = hidState.bind(name, this.#state, { restored: () => reports.setUsed(this.#state.isUsed) });
    this.component = joinComponents(name, [own, this.#function.component, reports.component]);
  }

  get speed(): UsbSpeed {
    return this.#function.speed;
  }

  get product(): string {
    return this.#reports.product;
  }

  get address(): number {
    return this.#function.state.address;
  }

  get mayWake(): boolean {
    return this.#function.state.remoteWakeup;
  }

  reset(): void {
    this.#reports.reset();
    this.resetBus();
  }

  resetBus(): void {
    this.#function.resetBus();
  }

  #configured(): void {
    if (this.#state.isUsed) this.#reports.setUsed(false);
    Object.assign(this.#state, hidState.create());
    this.#idle.disarm();
  }

  setup(bytes: Uint8Array): void {
    this.#function.setup(bytes);
  }

  out(endpoint: number, bytes: Uint8Array): Handshake {
    return endpoint === 0 ? this.#function.out(bytes) : 'stall';
  }

  in(endpoint: number): DataAnswer {
    if (endpoint === 0) return this.#function.in();
    if (this.#function.isHalted(endpoint, 'in')) return 'stall';
    this.#use();
    return this.isBusy(endpoint, 'in') ? 'nak' : this.#report();
  }

  isBusy(endpoint: number, direction: Direction): boolean {
    if (endpoint !== INTERRUPT_ENDPOINT || this.#function.isHalted(endpoint, direction)) return false;
    return !this.#state.isDue && !this.#reports.isReady;
  }

  #use(): void {
    if (this.#state.isUsed) return;
    this.#state.isUsed = true;
    this.#reports.setUsed(true);
  }

  #report(): Uint8Array {
    const { idle } = this.#state;
    this.#state.isDue = false;
    this.#idle.arm(idle === 0 ? Infinity : this.#clock.now() + idle * IDLE_TIME);
    return this.#reports.isReady ? this.#reports.next(this.#isBoot) : this.#reports.current(this.#isBoot);
  }

  get #isBoot(): boolean {
    return this.#state.protocol === BOOT_PROTOCOL;
  }

  #repeat(): void {
    this.#state.isDue = true;
    this.onReady();
  }

  #read({ request, value, length }: SetupPacket): Uint8Array | null {
    const type = value >> 8;
    switch (request) {
      // Standard requests for the interface: the class has descriptors (7.1.1).
      case Request.getDescriptor:
        return descriptorOf(this.#reports, type);
      case HidRequest.getReport:
        return type === ReportType.input && length > 0 ? this.#reports.current(this.#isBoot) : null;
      case HidRequest.getIdle:
        return Uint8Array.of(this.#state.idle);
      case HidRequest.getProtocol:
        return Uint8Array.of(this.#state.protocol);
      default:
        return null;
    }
  }

  #write({ request, value }: SetupPacket, data: Uint8Array): boolean {
    switch (request) {
      case HidRequest.setReport:
        return this.#setReport(value >> 8, data);
      case HidRequest.setIdle:
        this.#state.idle = value >> 8;
        this.#idle.arm(this.#state.idle === 0 ? Infinity : this.#clock.now() + this.#state.idle * IDLE_TIME);
        return true;
      case HidRequest.setProtocol:
        this.#state.protocol = value & 1;
        return true;
      default:
        return false;
    }
  }

  #setReport(type: number, data: Uint8Array): boolean {
    if (type !== ReportType.output || this.#reports.output === undefined) return false;
    this.#reports.output(data);
    return true;
  }
}

/** Bytes of a packet of endpoint 0: at high speed there is no choice (USB 2.0, 5.5.3). */
const controlPackets: Readonly<Record<UsbSpeed, number>> = { full: 8, high: 64 };
/** In a frame. */
const MICROFRAMES = 8;

function description(reports: Reports, speed: UsbSpeed): UsbDescription {
  const { bootProtocol, product, packet } = reports;
  const interval = speed === 'high' ? Math.log2(reports.interval * MICROFRAMES) + 1 : reports.interval;
  return {
    ...Id,
    strings: [MAKER, product, '1'],
    controlPacket: controlPackets[speed],
    classCode: [HID_CLASS, bootProtocol === Protocol.none ? 0 : BOOT_INTERFACE, bootProtocol],
    classDescriptor: hidDescriptor(reports),
    endpoints: [{ address: INTERRUPT_ENDPOINT | ENDPOINT_IN, kind: EndpointKind.interrupt, packet, interval }],
    wakes: true,
  };
}

/** 6.2.1: the release, no country, one descriptor of reports. */
function hidDescriptor({ descriptor }: Reports): number[] {
  const [release, length] = [HID_RELEASE, descriptor.length];
  const bytes = [release & 0xff, release >> 8, 0, 1, HidDescriptor.report, length & 0xff, length >> 8];
  return [bytes.length + 2, HidDescriptor.hid, ...bytes];
}

function descriptorOf(reports: Reports, type: number): Uint8Array | null {
  if (type === HidDescriptor.report) return Uint8Array.from(reports.descriptor);
  return type === HidDescriptor.hid ? Uint8Array.from(hidDescriptor(reports)) : null;
}
