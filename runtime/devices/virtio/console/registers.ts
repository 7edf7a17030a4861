/** Console device (VIRTIO 1.2, 5.3). */

/** The number of the feature by which there is more than one port (5.3.3). */
export const MULTIPORT = 1;

/** The configuration (5.3.4): columns and rows, which are not told, and how many ports there may be. */
export const Config = { mostPorts: 4, bytes: 12 } as const;

/** Control messages (5.3.6.2): port, event, value; a name follows that event. */
export const CONTROL_BYTES = 8;
export const Event = {
  deviceReady: 0,
  addPort: 1,
  portReady: 3,
  isConsole: 4,
  open: 6,
  name: 7,
} as const;

/** Queues of the control messages, and of a port (5.3.2). */
export const ControlQueue = { receive: 2, transmit: 3 } as const;
export const receiveQueue = (port: number): number => (port === 0 ? 0 : 2 * port + 2);
export const transmitQueue = (port: number): number => receiveQueue(port) + 1;
