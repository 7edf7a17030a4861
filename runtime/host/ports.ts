import type { BlockAnswer, BlockInput, BlockQuestion } from './block.ts';
import type { FolderAnswer, FolderQuestion } from './folder.ts';

/** A port that carries bytes both ways, such as those of a serial line. */
export interface StreamPort {
  /** Unique in a machine. */
  readonly name: string;
  /** Bytes of input that the host may send ahead of what the device has taken. */
  readonly credit: number;
}

/** A port by which a device asks the host for something, and by which the host tells it of what nobody has asked for. */
export interface RequestPort<Question, Answer, Input> {
  /** Unique in a machine. */
  readonly name: string;
  /** Requests that may be at the host without an answer, cancelled ones included. */
  readonly most: number;
  /** Never there: the types of what goes through it. */
  readonly types?: { readonly question: Question; readonly answer: Answer; readonly input: Input };
}

/** Bytes of input for one stream that the host may send ahead, where nothing else is said. */
export const INPUT_CREDIT = 16 << 10;
/** Bytes of frames for a network card. */
export const FRAME_CREDIT = 256 << 10;
/** Bytes for the keyboard and for the mouse: a key, and some movements. */
const [KEY_CREDIT, MOVEMENT_CREDIT] = [2, 96];
/** Requests of a drive that its host has not answered, where it has one under way: the others were cancelled. */
const DRIVE_REQUESTS = 4;
/** Messages of a shared folder: each takes up to 512 KB at the host. */
const FOLDER_REQUESTS = 8;

const stream = (name: string, credit = INPUT_CREDIT): StreamPort => ({ name, credit });
const requests = <Question, Answer, Input>(name: string, most = Infinity): RequestPort<Question, Answer, Input> => ({
  name,
  most,
});

/** Every port between a machine and its host. Both sides take a port from here, so that a name and its terms stand once. */
export const ports = {
  keyboard: stream('keyboard', KEY_CREDIT),
  mouse: stream('mouse', MOVEMENT_CREDIT),
  /** VMware's absolute mouse. */
  vmMouse: stream('vmmouse', MOVEMENT_CREDIT),
  serial: [stream('com1'), stream('com2'), stream('com3'), stream('com4')],
  parallel: stream('lpt1'),
  debugConsole: stream('debug'),
  guestLog: stream('log'),
  balloon: stream('balloon'),
  /** A byte asks for the guest's memory statistics. */
  balloonStatistics: stream('balloon statistics'),
  /** Frames of the mixed sound go out. */
  sound: stream('sound'),
  /** Whether anybody listens. */
  soundControl: requests<never, never, boolean>('sound control'),
  /** A recording goes out. */
  recording: stream('recording'),
  /** Buttons of a machine that is recorded: what is pressed (machine/panel.ts). */
  panel: requests<never, never, unknown>('panel'),
  /** The machine goes on from a copy of its state: bytes that no other machine has (machine/generation.ts). */
  generation: requests<never, never, Uint8Array>('generation'),
  /** A port of the virtio console device, counted from 0. */
  virtio: (n: number) => stream(`virtio-port${n}`),
  /** A console of Xen, counted from 0. */
  xenConsole: (n: number) => stream(`xen-console${n}`),
  /** Xen's keyboard, and its pointer. */
  xenKeyboard: stream('xen-keyboard', KEY_CREDIT),
  xenPointer: stream('xen-pointer', MOVEMENT_CREDIT),
  /** Input devices on the USB, by their kinds. */
  usb: {
    keyboard: (name: string) => stream(name, KEY_CREDIT),
    mouse: (name: string) => stream(name, MOVEMENT_CREDIT),
    tablet: (name: string) => stream(name, MOVEMENT_CREDIT),
  },
  /** Frames of a network card. */
  card: (name: string) => stream(name, FRAME_CREDIT),
  /** Frames of a card whose answers have a virtual time; the host tells whether there is a link. */
  cardControl: (name: string) => requests<Uint8Array, Uint8Array, boolean>(`${name} control`),
  drive: (name: string, most = DRIVE_REQUESTS) => requests<BlockQuestion, BlockAnswer, BlockInput>(name, most),
  folder: (name: string) => requests<FolderQuestion, FolderAnswer, never>(name, FOLDER_REQUESTS),
} as const;
