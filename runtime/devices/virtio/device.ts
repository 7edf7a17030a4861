import type { PortBus } from '../../bus/ports.ts';
import type { MessageOptions, PciChipOptions } from '../pci/chip-options.ts';
import type { BaseAddress } from '../pci/function.ts';

/** Where a virtio function is, and what it hangs on. */
export interface VirtioOptions extends PciChipOptions, Partial<MessageOptions> {
  /** Unique in the machine; names the device's state. */
  readonly name: string;
  readonly ports: PortBus;
  /** Further base address registers: that of an option ROM. */
  readonly bars?: readonly BaseAddress[];
}

/** A virtio device, as the PCI function around it sees it. */
export interface VirtioDevice {
  /** One of Kind (registers.ts). */
  readonly kind: { readonly type: number; readonly deviceId: number; readonly classCode: number };
  /** Numbers of the features that it offers beyond those of all devices. */
  readonly features?: readonly number[];
  /** Entries of each queue at most, powers of 2. */
  readonly queues: readonly number[];
  /** Its configuration, bytes. */
  readonly config?: DeviceConfig;
  /** The driver tells of requests in a queue, or has just become ready. */
  notified(queue: number): void;
  /** Power on, a hard reset, or one by the driver: what is under way is forgotten. */
  reset?(): void;
  /** A saved state was loaded. */
  restored?(): void;
}

export interface DeviceConfig {
  readonly length: number;
  /** The present bytes; they may be changed by who asks. */
  bytes(): Uint8Array;
  /** The driver writes a byte; left out where none can be written. */
  write?(offset: number, value: number): void;
}
