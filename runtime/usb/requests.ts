/** Standard requests (USB 2.0, table 9-4). */
export const Request = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  setAddress: 5,
  getDescriptor: 6,
  getConfiguration: 8,
  setConfiguration: 9,
  getInterface: 10,
  setInterface: 11,
} as const;

/** The recipient of a request, and the one who defines it: bits of bmRequestType (table 9-2). */
export const Recipient = { device: 0, interface: 1, endpoint: 2, mask: 0x1f } as const;
export const Kind = { standard: 0x00, class: 0x20, mask: 0x60 } as const;
export const TO_HOST = 0x80;

/** Features (table 9-6). */
export const Feature = { endpointHalt: 0, remoteWakeup: 1 } as const;

export const SETUP_BYTES = 8;

/** The eight bytes of a SETUP packet (9.3). */
export interface SetupPacket {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

export function setupPacket(bytes: Uint8Array): SetupPacket {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    requestType: view.getUint8(0),
    request: view.getUint8(1),
    value: view.getUint16(2, true),
    index: view.getUint16(4, true),
    length: view.getUint16(6, true),
  };
}

/** Requests that a class defines, of devices and their interfaces. */
export interface ClassRequests {
  /** The data that the device sends; null: it stalls. */
  read(setup: SetupPacket): Uint8Array | null;
  /** Whether the device does it; else it stalls. */
  write(setup: SetupPacket, data: Uint8Array): boolean;
}
