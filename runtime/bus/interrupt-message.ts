/** How a message wants its interrupt delivered (Intel SDM vol. 3, 11.6.1: the delivery mode of the interrupt command register). */
export const DeliveryMode = {
  fixed: 0,
  lowestPriority: 1,
  smi: 2,
  nmi: 4,
  init: 5,
  startUp: 6,
  external: 7,
} as const;

/** An interrupt on its way to a local APIC: from the I/O APIC, or from another processor. */
export interface InterruptMessage {
  readonly vector: number;
  /** Of DeliveryMode. */
  readonly mode: number;
  readonly level: boolean;
  readonly destination: number;
  readonly logical: boolean;
}
