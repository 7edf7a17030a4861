import type { Component } from '../snapshot/describe.ts';
import { ControlPipe } from './control-pipe.ts';
import {
  configurationDescriptor,
  DescriptorType,
  deviceDescriptor,
  ENDPOINT_IN,
  qualifierDescriptor,
  stringDescriptor,
  type UsbDescription,
} from './descriptors.ts';
import type { DataAnswer, Direction, Handshake, UsbSpeed } from './packets.ts';
import { type ClassRequests, Feature, Kind, Recipient, Request, type SetupPacket } from './requests.ts';
import { type UsbState, usbState } from './state.ts';

/** A device at the end of a cable, as a host controller sees it. Endpoints are numbers from 0 to 15. */
export interface UsbDevice {
  readonly component: Component;
  readonly speed: UsbSpeed;
  /** Name of the product. */
  readonly product: string;
  readonly address: number;
  /** A SETUP packet for endpoint 0: it takes every one. */
  setup(bytes: Uint8Array): void;
  /** A packet with data. */
  out(endpoint: number, bytes: Uint8Array): Handshake;
  /** The host asks for a packet. */
  in(endpoint: number): DataAnswer;
  /** Whether it would answer a packet with NAK now: then nothing has to be asked before `onReady`. */
  isBusy(endpoint: number, direction: Direction): boolean;
  /** The bus is reset: it is at address 0, and not configured. */
  resetBus(): void;
  /** The host has allowed it to end a suspension. */
  readonly mayWake: boolean;
  /** An endpoint that was busy isn't any more. Set by the controller. */
  onReady: () => void;
}

/** A device's behaviour beside the requests that all devices have. */
export interface UsbBehaviour {
  /** Requests of its class, and descriptors of its interface. */
  readonly requests: ClassRequests;
  /** Another configuration was chosen, or the bus was reset. */
  configured(): void;
  /** The halt of an endpoint was cleared: its address. */
  haltCleared?(address: number): void;
}

/** A function that describes a device at a speed. */
export type DescribeSpeed = (speed: UsbSpeed) => UsbDescription;

/** The standard requests of a device (USB 2.0, 9.4), and its endpoint 0. */
export class UsbFunction {
  readonly component: Component;
  readonly state: UsbState = usbState.create();
  readonly speed: UsbSpeed;
  readonly #describe: DescribeSpeed;
  readonly #description: UsbDescription;
  readonly #behaviour: UsbBehaviour;
  readonly #pipe: ControlPipe;

  constructor(speed: UsbSpeed, describe: DescribeSpeed, behaviour: UsbBehaviour) {
    const description = describe(speed);
    this.speed = speed;
    this.#describe = describe;
    this.#description = description;
    this.#behaviour = behaviour;
    this.component = usbState.bind('usb', this.state);
    this.#pipe = new ControlPipe(this.state, description.controlPacket, {
      read: (setup) => this.#read(setup),
      write: (setup, data) => this.#write(setup, data),
      done: () => {
        this.state.address = this.state.nextAddress;
      },
    });
  }

  get isConfigured(): boolean {
    return this.state.configuration !== 0;
  }

  resetBus(): void {
    Object.assign(this.state, usbState.create());
    this.#behaviour.configured();
  }

  setup(bytes: Uint8Array): void {
    this.#pipe.setup(bytes);
  }

  in(): DataAnswer {
    return this.#pipe.in();
  }

  out(bytes: Uint8Array): Handshake {
    return this.#pipe.out(bytes);
  }

  /** Halts an endpoint until the host clears it. */
  halt(address: number): void {
    this.#setHalt(address, true);
  }

  /** An endpoint that is not there counts as halted: it stalls. */
  isHalted(endpoint: number, direction: Direction): boolean {
    const address = endpoint | (direction === 'in' ? ENDPOINT_IN : 0);
    const bits = direction === 'in' ? this.state.haltedIn : this.state.haltedOut;
    return !this.isConfigured || !this.#hasEndpoint(address) || (bits & (1 << endpoint)) !== 0;
  }

  #hasEndpoint(address: number): boolean {
    return this.#description.endpoints.some((endpoint) => endpoint.address === address);
  }

  #setHalt(address: number, isHalted: boolean): void {
    const field = (address & ENDPOINT_IN) !== 0 ? 'haltedIn' : 'haltedOut';
    const bit = 1 << (address & 15);
    this.state[field] = isHalted ? this.state[field] | bit : this.state[field] & ~bit;
  }

  #read(setup: SetupPacket): Uint8Array | null {
    if ((setup.requestType & Kind.mask) !== Kind.standard) return this.#behaviour.requests.read(setup);
    switch (setup.request) {
      case Request.getStatus:
        return this.#status(setup);
      case Request.getDescriptor:
        return this.#descriptor(setup);
      case Request.getConfiguration:
        return Uint8Array.of(this.state.configuration);
      case Request.getInterface:
        return this.isConfigured && setup.index === 0 ? Uint8Array.of(0) : null;
      default:
        return null;
    }
  }

  /** Two bytes: of a device whether it may wake the host, of an endpoint whether it is halted (9.4.5). */
  #status({ requestType, index }: SetupPacket): Uint8Array | null {
    const recipient = requestType & Recipient.mask;
    if (recipient === Recipient.device) return Uint8Array.of(this.state.remoteWakeup ? 2 : 0, 0);
    if (recipient === Recipient.interface) return index === 0 ? Uint8Array.of(0, 0) : null;
    if (recipient !== Recipient.endpoint || !this.#isEndpoint(index)) return null;
    const direction = (index & ENDPOINT_IN) !== 0 ? 'in' : 'out';
    return Uint8Array.of((index & 15) !== 0 && this.isHalted(index & 15, direction) ? 1 : 0, 0);
  }

  #isEndpoint(address: number): boolean {
    return (address & 15) === 0 || (this.isConfigured && this.#hasEndpoint(address));
  }

  #descriptor(setup: SetupPacket): Uint8Array | null {
    const [type, index] = [setup.value >> 8, setup.value & 0xff];
    if ((setup.requestType & Recipient.mask) === Recipient.interface) return this.#behaviour.requests.read(setup);
    if (type === DescriptorType.string) return stringDescriptor(this.#description.strings, index);
    if (index !== 0) return null;
    if (type === DescriptorType.device) return deviceDescriptor(this.#description, this.speed);
    if (type === DescriptorType.configuration) return configurationDescriptor(this.#description);
    return this.speed === 'high' ? this.#otherSpeed(type) : null;
  }

  #otherSpeed(type: number): Uint8Array | null {
    const full = this.#describe('full');
    if (type === DescriptorType.deviceQualifier) return qualifierDescriptor(full);
    return type === DescriptorType.otherSpeed ? configurationDescriptor(full, type) : null;
  }

  #write(setup: SetupPacket, data: Uint8Array): boolean {
    if ((setup.requestType & Kind.mask) !== Kind.standard) return this.#behaviour.requests.write(setup, data);
    switch (setup.request) {
      case Request.setAddress:
        this.state.nextAddress = setup.value & 0x7f;
        return setup.value < 128;
      case Request.setConfiguration:
        return this.#configure(setup.value);
      case Request.setInterface:
        return this.isConfigured && setup.index === 0 && setup.value === 0;
      case Request.setFeature:
        return this.#setFeature(setup, true);
      case Request.clearFeature:
        return this.#setFeature(setup, false);
      default:
        return false;
    }
  }

  /** Halts end with a configuration, the same one too (9.4.5). */
  #configure(value: number): boolean {
    if (value > 1) return false;
    Object.assign(this.state, { configuration: value, haltedIn: 0, haltedOut: 0 });
    this.#behaviour.configured();
    return true;
  }

  #setFeature({ requestType, value, index }: SetupPacket, isSet: boolean): boolean {
    const recipient = requestType & Recipient.mask;
    if (recipient === Recipient.device && value === Feature.remoteWakeup && this.#description.wakes) {
      this.state.remoteWakeup = isSet;
      return true;
    }
    if (recipient !== Recipient.endpoint || value !== Feature.endpointHalt || !this.#isEndpoint(index)) return false;
    if ((index & 15) === 0) return true;
    this.#setHalt(index, isSet);
    if (!isSet) this.#behaviour.haltCleared?.(index);
    return true;
  }
}
