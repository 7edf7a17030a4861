/** Packet identifiers of tokens, as they stand in a transfer descriptor (USB 2.0, table 8-1). */
export const Pid = { out: 0xe1, in: 0x69, setup: 0x2d } as const;

/** How a device answers a packet that is for it (8.4.5): it took it; it can't now; it won't before somebody clears the halt. */
export type Handshake = 'ack' | 'nak' | 'stall';
/** How it answers when it is asked for data. */
export type DataAnswer = Uint8Array | 'nak' | 'stall';
/** Which way the data of an endpoint goes, as the host sees it. */
export type Direction = 'in' | 'out';

/** How fast a device is where it is plugged in (4.2.1): what a controller and a device both can. */
export type UsbSpeed = 'full' | 'high';
/** Megabits a second. */
export const megabits: Readonly<Record<UsbSpeed, number>> = { full: 12, high: 480 };

export const NO_DATA: Uint8Array = new Uint8Array(0);
