import { expect, test } from 'vitest';
import { pauseEvents } from '../../../runtime/host/key-events.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { Random } from '../../support/random.ts';
import { FULL, KeyboardRig, MS } from './ps2-rig.ts';

const [DOWN, UP] = [0x1e, 0x9e];
const held = (milliseconds: number) => Uint8Array.of(DOWN, 1, ...pauseEvents(milliseconds), DOWN, 0);

const componentsOf = ({ events, i8042 }: KeyboardRig) => [events.component, i8042.component];

/** The next byte, as soon as it is there. */
function next(rig: KeyboardRig): number {
  while ((rig.in8(0x64) & FULL) === 0) rig.advance(MS / 10);
  return rig.in8(0x60);
}

test('a host that is late does not make a key repeat that is held for less', () => {
  const rig = new KeyboardRig();
  rig.keyboardLine.onInput(held(100));
  expect(rig.received()).toEqual([DOWN]);
  rig.advance(5000 * MS);
  expect(rig.received()).toEqual([UP]);
  expect(rig.received()).toEqual([]);
});

test('nor does a guest that takes it late', () => {
  const rig = new KeyboardRig();
  rig.keyboardLine.onInput(held(100));
  for (let n = 0; n < 700; n++) rig.advance(MS);
  expect([rig.in8(0x60), ...rig.received(), ...rig.received()]).toEqual([DOWN, UP]);
});

test('it is down for so long, and repeats if that is long enough', () => {
  const rig = new KeyboardRig();
  rig.keyboardLine.onInput(held(300));
  expect(next(rig)).toBe(DOWN);
  const since = rig.clock.now();
  expect(next(rig)).toBe(UP);
  // And the time from one key to the next.
  expect(Math.floor((rig.clock.now() - since) / MS - 300)).toBe(10);
  rig.keyboardLine.onInput(held(600));
  expect([next(rig), next(rig), next(rig), next(rig)]).toEqual([DOWN, DOWN, DOWN, UP]);
});

test('all events are taken, so that the host may send more', () => {
  const rig = new KeyboardRig();
  const events = held(127);
  rig.keyboardLine.onInput(events);
  rig.advance(MS);
  next(rig);
  next(rig);
  expect(rig.keyboardLine.takenBytes).toBe(events.length);
});

test('a pause lasts in a state', () => {
  const first = new KeyboardRig();
  first.keyboardLine.onInput(held(100));
  expect(next(first)).toBe(DOWN);
  const second = new KeyboardRig();
  second.advance(first.clock.now());
  loadComponents(componentsOf(second), structuredClone(saveComponents(componentsOf(first))));
  second.advance(90 * MS);
  expect(second.in8(0x64) & FULL).toBe(0);
  expect(next(second)).toBe(UP);
});

test('an exponent that nobody sends is a pause as long as the longest', () => {
  const rig = new KeyboardRig();
  rig.keyboardLine.onInput(Uint8Array.of(0, 255, DOWN, 1));
  expect(rig.events.nextDeadline()).toBe(2 ** 30 * MS);
});

test.each([1, 2, 3, 4])('no key is lost or repeated, whenever the host and the guest have time: seed %i', (seed) => {
  const random = new Random(seed);
  const rig = new KeyboardRig();
  const seen: number[] = [];
  const pressed = Array.from({ length: 100 }, () => random.pick([0x1e, 0x30, 0x2e, 0x20]));
  const waiting = pressed.map((key) => Uint8Array.of(key, 1, ...pauseEvents(random.below(200)), key, 0));
  while (seen.length < 2 * pressed.length) {
    if (random.chance(20) && waiting.length > 0) rig.keyboardLine.onInput(waiting.shift()!);
    rig.advance(random.chance(10) ? random.below(3000) * MS : random.below(20) * MS);
    while (random.chance(50) && (rig.in8(0x64) & FULL) !== 0) seen.push(rig.in8(0x60));
  }
  expect(seen).toEqual(pressed.flatMap((key) => [key, key | 0x80]));
  expect(rig.received()).toEqual([]);
});
