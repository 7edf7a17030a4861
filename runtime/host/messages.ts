/** A message of the machine to its host. `port` is the name of a stream or of a request port (door.ts). */
export type ToHost =
  /** Bytes that a device has sent. `isWhole`: nothing more comes soon that could go with them, so they need not wait. */
  | { readonly type: 'output'; readonly port: string; readonly bytes: Uint8Array; readonly isWhole?: boolean }
  /** A number of bytes of a stream's input no longer wait for the guest: as many more may come. */
  | { readonly type: 'taken'; readonly port: string; readonly length: number }
  /** A device asks for something; the completion has the same id. */
  | { readonly type: 'request'; readonly port: string; readonly id: number; readonly question: unknown };

/** A message of the host to the machine. */
export type ToMachine =
  /** Input that no request asked for: bytes of a stream, or an event of one of the host's things. */
  | { readonly type: 'input'; readonly port: string; readonly value: unknown }
  | { readonly type: 'completion'; readonly id: number; readonly answer: unknown };

/** Something of the host's that takes effect in the machine. */
export type Delivery =
  /** Input that no request asked for. It was due at the virtual time `at`, in nanoseconds. */
  | { readonly type: 'input'; readonly port: string; readonly value: unknown; readonly at: number }
  /** The answer to a request. */
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown };
