import { Command, Control, Link, Port, Register } from '../../../../runtime/devices/uhci/registers.ts';
import { UsbHid } from '../../../../runtime/devices/usb-hid/index.ts';
import { Pid } from '../../../../runtime/usb/packets.ts';
import { Random } from '../../../support/random.ts';
import { recordedStream } from '../rig.ts';
import { reportKinds, UsbRig } from './usb-rig.ts';

/** Where queues and descriptors are, and how many; frames have their list before them. */
const [LIST, PLACES, COUNT] = [0x10000, 0x20000, 24];
const SPREAD = 0x340;
const FRAME = 1e6;

/** An action on two controllers alike. */
type Act = (rig: UsbRig, lines: readonly ReturnType<typeof recordedStream>[]) => void;

/** A controller with a tablet and a keyboard, configured. */
function rigWithTwo() {
  const lines = [recordedStream(), recordedStream()];
  const rig = new UsbRig(({ clock, events }) =>
    ['tablet', 'keyboard'].map(
      (kind, n) =>
        new UsbHid({
          name: kind,
          speed: 'full',
          reports: reportKinds[kind]!(lines[n]!, { clock, events }),
          clock,
          events,
        }),
    ),
  ).start();
  rig.configure(0);
  rig.configure(1);
  for (let n = 0; n < 1024; n++) rig.store(LIST + 4 * n, Link.end);
  return { rig, lines };
}

const place = (n: number): number => PLACES + n * SPREAD;

/** Mostly to another place; sometimes anywhere. */
function link(random: Random): number {
  if (random.chance(15)) return Link.end;
  const address = random.chance(97) ? place(random.below(COUNT)) & ~15 : random.word() & ~15;
  return (address | (random.chance(50) ? Link.queue : 0) | (random.chance(40) ? Link.depthFirst : 0)) >>> 0;
}

function transferWords(random: Random): [control: number, token: number, buffer: number] {
  const pid = random.chance(98) ? random.pick([Pid.in, Pid.out, Pid.setup]) : random.below(256);
  const address = random.chance(80) ? 1 + random.below(2) : random.below(128);
  const length = random.chance(90) ? random.pick([0, 1, 4, 8, 64]) : random.below(0x800);
  const bits = [Control.active, Control.interrupt, Control.shortDetect, Control.nak, Control.isochronous].reduce(
    (all, bit, n) => (random.chance([70, 10, 30, 20, 5][n]!) ? all | bit : all),
    random.below(4) << Control.errorsShift,
  );
  const buffer = random.chance(95) ? 0x40000 + random.below(0x8000) : random.word();
  const token = (((length - 1) & 0x7ff) << 21) | (random.below(3) << 15) | (address << 8) | pid;
  return [bits >>> 0, token >>> 0, buffer >>> 0];
}

function storeAct(random: Random): Act {
  const at = place(random.below(COUNT)) & ~15;
  const first = link(random);
  const words = random.chance(60) ? [first, ...transferWords(random)] : [first, link(random)];
  return (rig) => {
    for (const [n, word] of words.entries()) rig.store(at + 4 * n, word);
  };
}

/** Entries of the frame list, all or one in so many. */
function listAct(random: Random): Act {
  const [entry, step, start] = [link(random), 1 << random.below(11), random.below(1024)];
  return (rig) => {
    for (let n = start % step; n < 1024; n += step) rig.store(LIST + 4 * n, entry);
  };
}

function registerAct(random: Random): Act {
  const [register, value] = random.pick([
    [Register.status, 0x1f],
    [Register.command, Command.run],
    [Register.interruptEnable, random.below(16)],
    [Register.firstPort, random.chance(80) ? Port.enabled : random.below(0x10000) & ~Port.reset],
    [Register.listHigh, LIST >>> 16],
  ] as const);
  return (rig) => rig.write(register, value);
}

function inputAct(random: Random): Act {
  const isKey = random.chance(50);
  const bytes = Array.from({ length: isKey ? 2 : 6 }, () => random.below(128));
  return (_, lines) => lines[Number(isKey)]!.onInput(Uint8Array.from(bytes));
}

const setupAct: (random: Random) => Act = (random) => {
  const bytes = [
    random.pick([0x80, 0x81, 0xa1, 0x21, 0, 1, 2]),
    random.below(12),
    random.below(3),
    random.below(36),
    0,
    0,
    random.below(70),
    0,
  ];
  return (rig) => rig.map.ram.bytes.set(bytes, 0x40000);
};

function randomAct(random: Random): Act {
  const kind = random.below(100);
  if (kind < 55) return storeAct(random);
  if (kind < 65) return listAct(random);
  if (kind < 75) return registerAct(random);
  return kind < 90 ? inputAct(random) : setupAct(random);
}

/** All that a guest can see: memory, registers, the line. */
function seen(rig: UsbRig): string {
  const registers = [0, 2, 4, 6, 8, 12, 16, 18].map((register) => rig.read(register));
  return `${registers} ${rig.irq.level}`;
}

/**
 * Does the same to two controllers: one waits as it does, the other is made to look at every frame. Gives where they differ, or null.
 */
export function compareWithEager(seed: number, acts: number): string | null {
  const random = new Random(seed);
  const [lazy, eager] = [rigWithTwo(), rigWithTwo()];
  for (let n = 0; n < acts; n++) {
    const act = randomAct(random);
    for (const { rig, lines } of [lazy, eager]) act(rig, lines);
    const frames = random.chance(80) ? 1 : random.below(30);
    lazy.rig.advance(frames * FRAME);
    for (let frame = 0; frame < frames; frame++) {
      eager.rig.write(Register.startOfFrame, 0x40, 1);
      eager.rig.advance(FRAME);
    }
    const differs = seen(lazy.rig) !== seen(eager.rig) || !isSameMemory(lazy.rig, eager.rig);
    if (differs) return `seed ${seed}, act ${n}: ${seen(lazy.rig)} where all frames give ${seen(eager.rig)}`;
  }
  return null;
}

function isSameMemory(left: UsbRig, right: UsbRig): boolean {
  const part = (rig: UsbRig) => Buffer.from(rig.map.ram.buffer, PLACES, 0x30000);
  return part(left).equals(part(right));
}
