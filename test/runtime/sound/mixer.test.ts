import { expect, test } from 'vitest';
import { SoundMixer } from '../../../runtime/sound/mixer.ts';
import { VirtualClock } from '../../../runtime/time/clock.ts';
import { EventQueue } from '../../../runtime/time/events.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from '../devices/rig.ts';

const MILLISECOND = 1e6;

/** A rig of 1000 frames a second: each is a millisecond. */
function rigOfMilliseconds(): Rig {
  const rig = new Rig(1000);
  rig.voice.start();
  rig.listen();
  return rig;
}

test('a frame has the average of the level over its time, on either side', () => {
  const rig = rigOfMilliseconds();
  rig.voice.level(0, 1000, -1000);
  rig.voice.level(1.25 * MILLISECOND, 0, 0);
  rig.voice.level(3.5 * MILLISECOND, 600, 0);
  rig.advance(10 * MILLISECOND);
  expect(rig.samples.slice(0, 12)).toEqual([1000, -1000, 250, -250, 0, 0, 300, 0, 600, 0, 600, 0]);
  expect(rig.samples).toHaveLength(20);
});

test('voices add up, and what is too loud is cut off', () => {
  const rig = rigOfMilliseconds();
  const other = rig.mixer.voice('other');
  rig.voice.level(0, 30_000, -30_000);
  other.level(0, 1000, 500);
  rig.advance(5 * MILLISECOND);
  other.level(5 * MILLISECOND, 5000, -5000);
  rig.advance(5 * MILLISECOND);
  expect([rig.samples.slice(0, 2), rig.samples.slice(-2)]).toEqual([
    [31_000, -29_500],
    [32_767, -32_768],
  ]);
});

test('a gain holds for levels to come', () => {
  const rig = rigOfMilliseconds();
  rig.voice.level(0, 1000, 1000);
  rig.voice.setGain(0.5, 0.25);
  rig.voice.level(5 * MILLISECOND, 1000, 1000);
  rig.advance(10 * MILLISECOND);
  expect([rig.samples.slice(0, 2), rig.samples.slice(-2)]).toEqual([
    [1000, 1000],
    [500, 250],
  ]);
});

test('samples at the rate of the mix pass unchanged where they begin with a frame', () => {
  const rig = new Rig();
  rig.advance(1_234_567);
  rig.listen();
  rig.voice.start();
  const given = Array.from({ length: 400 }, (_, n) => Math.round(30_000 * Math.cos(n)));
  const start = rig.clock.now() + rig.voice.toFrameStart(rig.clock.now());
  for (const [n, sample] of given.entries()) rig.voice.level(start + (n * 1e9) / 44_100, sample, -sample);
  rig.advance(10 * MILLISECOND);
  expect(rig.samples.slice(0, 800)).toEqual(given.flatMap((sample) => [sample, -sample]));
});

test('nothing is armed, and nothing sent, while nobody listens or nothing plays', () => {
  const rig = new Rig();
  rig.voice.start();
  rig.voice.level(0, 1000, 1000);
  rig.advance(100 * MILLISECOND);
  expect([rig.samples, rig.events.nextDeadline(), rig.voice.isHeard]).toEqual([[], Infinity, false]);
  rig.listen();
  rig.advance(100 * MILLISECOND);
  expect(rig.samples.length).toBe(2 * 4410);
  rig.voice.stop(rig.clock.now());
  rig.advance(100 * MILLISECOND);
  expect([rig.samples.length, rig.events.nextDeadline()]).toEqual([2 * 4410 + 2 * 441, Infinity]);
  rig.mixer.setHeard(false);
  rig.voice.start();
  expect(rig.events.nextDeadline()).toBe(Infinity);
});

test('what is between two sounds is left out', () => {
  const rig = rigOfMilliseconds();
  rig.voice.level(0, 500, 500);
  rig.voice.stop(10 * MILLISECOND);
  rig.advance(20 * MILLISECOND);
  const first = rig.samples.length;
  rig.advance(3600e9);
  rig.voice.start();
  rig.voice.level(rig.clock.now(), 700, 700);
  rig.advance(10 * MILLISECOND);
  expect(rig.samples.slice(first)).toEqual(new Array(20).fill(700));
});

test('a host that was late loses nothing of what a device plays part by part', () => {
  const rig = rigOfMilliseconds();
  let value = 0;
  const device = rig.events.timer('device', (_now, due) => {
    for (let n = 0; n < 2; n++) rig.voice.level(due + n * MILLISECOND, ++value, 0);
    device.arm(due + 2 * MILLISECOND);
  });
  device.arm(rig.clock.now());
  rig.stall(28 * MILLISECOND);
  expect(rig.samples.filter((_, n) => n % 2 === 0)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
});

test('a host that was busy for seconds gets all of them', () => {
  const rig = rigOfMilliseconds();
  rig.voice.level(0, 500, 500);
  rig.stall(5e9);
  rig.voice.level(rig.clock.now(), 100, 100);
  rig.advance(10 * MILLISECOND);
  expect([rig.left.length, rig.left.filter((sample) => sample === 500).length]).toEqual([5010, 5000]);
});

/** A mixer with a voice that has levels for the time to come, and what it has sent. */
function mixed(rate = 1000, isHeard = true) {
  let time = 2_500_000;
  const clock = new VirtualClock({ nanoseconds: () => time });
  const events = new EventQueue();
  const samples: number[] = [];
  const write = (bytes: Uint8Array) => void samples.push(...new Int16Array(bytes.slice().buffer));
  const mixer = new SoundMixer({ clock, events, rate, isHeard, stream: { write } });
  const voice = mixer.voice('test');
  clock.resume();
  const components = () => [clock.component, events.component, ...mixer.components];
  const advance = (nanoseconds: number) => {
    time += nanoseconds;
    events.runDue(clock.now());
  };
  return { voice, samples, components, advance };
}

type Mixed = ReturnType<typeof mixed>;

function copyState(from: Mixed, to: Mixed): void {
  const saved = from.components().map((component) => component.save());
  for (const [n, component] of to.components().entries()) component.load(saved[n]!);
  for (const component of to.components()) component.restored();
}

test('a mix goes on from its saved state, with what was known of the time to come', () => {
  const first = mixed();
  first.voice.start();
  for (let n = 0; n < 40; n++) first.voice.level(3_000_000 + n * 700_000, 1000 + n, -n);
  first.advance(12_300_000);
  const second = mixed();
  copyState(first, second);
  first.samples.length = 0;
  for (const one of [first, second]) one.advance(30_000_000);
  expect(second.samples).toEqual(first.samples);
  expect(new Set(second.samples).size).toBeGreaterThan(30);
});

test.each([
  ['another rate', mixed(2000)],
  ['a listener where there was none', mixed()],
])('a state goes on with %s', (name, second) => {
  const first = mixed(1000, name === 'another rate');
  first.voice.start();
  first.voice.level(3_000_000, 1000, 1000);
  first.advance(10_000_000);
  copyState(first, second);
  second.advance(20_000_000);
  expect(new Set(second.samples)).toEqual(new Set([1000]));
});

test('a state of nonsense does no harm', () => {
  const second = mixed();
  const voice = { isActive: true, until: Number.MIN_SAFE_INTEGER, left: 1e6, right: -1e6 };
  const mix = { rate: 1000, frame: 0, pending: new Uint8Array(90_000).fill(0xff) };
  const [, , voices, mixer] = second.components();
  for (const wrong of [{ until: -1e300 }, { left: Infinity }, { right: 1e300 }])
    expect(() => restore(voices!, { ...voice, ...wrong })).toThrow(`${Object.keys(wrong)[0]}: expected a number from`);
  expect(() => restore(mixer!, { ...mix, frame: -1e300 })).toThrow('frame: expected');
  restore(voices!, voice);
  restore(mixer!, mix);
  second.advance(30_000_000);
  expect(second.samples.length).toBe(60);
});
