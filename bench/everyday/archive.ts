import { randomNumbers } from '../random.ts';
import { sampleText } from '../text.ts';
import { programText } from './program-text.ts';

/** Bytes of the archive. Compressors that look back less than this see no copies when it comes several times in a row. */
export const archiveSize = 4 << 20;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const rows = (count: number, row: (n: number) => string): Uint8Array =>
  text(Array.from({ length: count }, (_, n) => row(n)).join('\n'));

const services = ['cron', 'kernel', 'sshd', 'dhclient', 'systemd', 'postfix/smtpd', 'named', 'ntpd'];
const events = ['connection from', 'session opened for', 'no answer by', 'lease renewed for', 'message queued of'];

/** Pieces of files as a backup has them, one after the other, by a seed. */
const pieces: readonly ((seed: number) => Uint8Array)[] = [
  (seed) => text(sampleText(300, seed)),
  (seed) => text(programText(40, seed)),
  logLines,
  (seed) => text(sampleText(500, seed)),
  measurements,
  records,
  (seed) => text(programText(60, seed)),
  noise,
];

function logLines(seed: number): Uint8Array {
  const random = randomNumbers(seed);
  let time = random() % 80_000;
  return rows(400, () => {
    time += random() % 9;
    const clock = [time / 3600, (time / 60) % 60, time % 60].map((part) => String(Math.floor(part)).padStart(2, '0'));
    const service = services[random() % services.length];
    const event = events[random() % events.length];
    return `Nov 28 ${clock.join(':')} host ${service}[${random() % 9000}]: ${event} 10.0.${random() % 4}.${random() % 256}`;
  });
}

/** Numbers of a sensor, as text. */
function measurements(seed: number): Uint8Array {
  const random = randomNumbers(seed);
  let value = random() % 100_000;
  return rows(1200, (n) => {
    value += (random() % 201) - 100;
    return `${n},${(value / 1000).toFixed(3)},${random() % 16},${random() % 3 === 0 ? 'on' : 'off'}`;
  });
}

/** Rows of a binary table: a number that grows, flags, a small and a large one. */
function records(seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const words = Uint32Array.from(
    { length: 6000 },
    (_, n) => [n, 1 << (random() % 4), random() % 1000, random()][n % 4]!,
  );
  return new Uint8Array(words.buffer);
}

/** Bytes that don't get smaller, as those of a packed file. */
function noise(seed: number): Uint8Array {
  const random = randomNumbers(seed);
  return new Uint8Array(Uint32Array.from({ length: 3000 }, random).buffer);
}

/** Four megabytes of text, source text, tables and what can't be packed, by turns: the same each time. */
export function archive(): Uint8Array {
  const bytes = new Uint8Array(archiveSize);
  let [size, seed] = [0, 1];
  while (size < archiveSize) {
    const piece = pieces[seed % pieces.length]!(seed++).subarray(0, archiveSize - size);
    bytes.set(piece, size);
    size += piece.length;
  }
  return bytes;
}
