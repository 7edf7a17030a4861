import { expect, test } from 'vitest';
import { HostDoor } from '../../../runtime/host/door.ts';
import { framedLength, LARGEST_FRAME, putFrame } from '../../../runtime/host/frames.ts';
import type { ToHost } from '../../../runtime/host/messages.ts';
import { hostNetworkPort } from '../../../runtime/host/network-port.ts';
import { FRAME_CREDIT } from '../../../runtime/host/ports.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { Rig } from '../devices/rig.ts';

const frame = (length: number) => Uint8Array.from({ length }, (_, n) => (n + length) & 0xff);

function framed(...frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, each) => sum + framedLength(each), 0));
  let at = 0;
  for (const each of frames) at = putFrame(bytes, at, each);
  return bytes;
}

/** A card's port, what goes to the host, and a card with room for so many frames. */
function port(latency?: number) {
  const rig = new Rig();
  const sent: ToHost[] = [];
  const send = (message: ToHost) => void sent.push(structuredClone(message));
  const door = new HostDoor({ clock: rig.clock, events: rig.events, send, latency });
  const cable = hostNetworkPort(door, 'card', rig.guestError);
  const card = { room: Infinity, frames: [] as Uint8Array[], changes: 0 };
  cable.onFrame = (bytes) => {
    if (card.frames.length >= card.room) return false;
    card.frames.push(bytes.slice());
    return true;
  };
  cable.onLinkChanged = () => {
    card.changes++;
  };
  const arrive = (...frames: readonly Uint8Array[]) => {
    door.arrive({ type: 'input', port: 'card', value: framed(...frames) });
    rig.advance(0);
  };
  const setLink = (value: boolean) => {
    door.arrive({ type: 'input', port: 'card control', value });
    rig.advance(0);
  };
  return { rig, sent, door, cable, card, arrive, setLink };
}

test('frames go out as a stream', () => {
  const { sent, cable } = port();
  cable.send(frame(60));
  expect(sent).toEqual([{ type: 'output', port: 'card', bytes: framed(frame(60)) }]);
});

test('frames that are sent together go at once, in parts where they are many', () => {
  const { sent, cable } = port();
  const act = () => {
    cable.send(frame(60));
    cable.send(frame(61));
    expect(sent).toEqual([]);
    return 7;
  };
  expect(cable.together(act)).toBe(7);
  const expected = { type: 'output', port: 'card', isWhole: true };
  expect(sent.splice(0)).toEqual([{ ...expected, bytes: framed(frame(60), frame(61)) }]);
  cable.together(() => {
    for (let n = 0; n < 3; n++) cable.send(frame(40_000));
  });
  expect(sent.splice(0)).toEqual([
    { ...expected, bytes: framed(frame(40_000), frame(40_000)) },
    { ...expected, bytes: framed(frame(40_000)) },
  ]);
  cable.together(() => {});
  expect(sent).toEqual([]);
});

test('a frame that is larger than the largest is lost, and told', () => {
  const { rig, sent, cable } = port();
  cable.send(frame(LARGEST_FRAME + 1));
  expect([sent, rig.mistakes]).toEqual([[], ['card: a frame is too large, bytes 10000']]);
  cable.send(frame(LARGEST_FRAME));
  expect(sent).toEqual([{ type: 'output', port: 'card', bytes: framed(frame(LARGEST_FRAME)) }]);
});

test('frames for which the card has no room wait in their order', () => {
  const { cable, card, arrive } = port();
  card.room = 1;
  arrive(frame(60), frame(61));
  arrive(frame(62));
  expect(card.frames).toEqual([frame(60)]);
  card.room = 3;
  cable.resume();
  expect(card.frames).toEqual([frame(60), frame(61), frame(62)]);
});

test('the host hears what was taken, in parts', () => {
  const { sent, arrive } = port();
  const count = Math.ceil(FRAME_CREDIT / 2 / framedLength(frame(1514)));
  for (let n = 1; n < count; n++) arrive(frame(1514));
  expect(sent).toEqual([]);
  arrive(frame(1514));
  expect(sent).toEqual([{ type: 'taken', port: 'card', length: count * framedLength(frame(1514)) }]);
});

test('without a link frames are lost both ways, and the card is told of it', () => {
  const { sent, cable, card, arrive, setLink } = port();
  setLink(false);
  expect([cable.isLinkUp, card.changes]).toEqual([false, 1]);
  cable.send(frame(60));
  arrive(frame(61));
  setLink(true);
  expect([cable.isLinkUp, sent, card.frames]).toEqual([true, [], []]);
});

test('with instruction time the answer comes when it is due, however long the host takes', () => {
  const { rig, sent, door, cable, card } = port(1000);
  cable.send(frame(60));
  expect(sent).toEqual([{ type: 'request', port: 'card control', id: 1, question: framed(frame(60)) }]);
  rig.advance(500);
  door.arrive({ type: 'completion', id: 1, answer: framed(frame(70), frame(71)) });
  rig.advance(499);
  expect(card.frames).toEqual([]);
  rig.advance(1);
  expect(card.frames).toEqual([frame(70), frame(71)]);
});

test('the host hears what was taken of answers, once each', () => {
  const { rig, sent, door, cable, card, arrive } = port(1000);
  card.room = 1;
  arrive(frame(60));
  const answer = framed(...Array.from({ length: 100 }, () => frame(1514)));
  cable.send(frame(60));
  door.arrive({ type: 'completion', id: 1, answer });
  rig.advance(1000);
  expect(sent.length).toBe(1);
  card.room = Infinity;
  cable.resume();
  expect(sent.slice(1)).toEqual([{ type: 'taken', port: 'card', length: expect.any(Number) }]);
  const { length } = sent[1] as ToHost & { type: 'taken' };
  expect(Math.abs(length - FRAME_CREDIT / 2)).toBeLessThan(framedLength(frame(1514)));
});

test('frames that wait are saved, and so is the link', () => {
  const { cable, card, arrive, setLink } = port();
  card.room = 0;
  arrive(frame(60), frame(61));
  const saved = saveComponents([cable.component]);
  const other = port();
  loadComponents([other.cable.component], saved);
  other.cable.resume();
  expect(other.card.frames).toEqual([frame(60), frame(61)]);
  setLink(false);
  loadComponents([other.cable.component], saveComponents([cable.component]));
  expect(other.cable.isLinkUp).toBe(false);
});
