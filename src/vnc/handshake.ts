import type { ByteReader } from './byte-reader.ts';
import { counted, joined, unsigned16, unsigned32 } from './bytes.ts';
import { VncError } from './error.ts';
import { formatBytes, usualFormat } from './pixel-format.ts';

/** Whether a viewer's answer to a challenge shows that it knows the password. */
export type CheckAnswer = (challenge: Uint8Array, answer: Uint8Array) => boolean;

/** The parts of a connection that the handshake needs. */
export interface Greeting {
  readonly reader: ByteReader;
  write(bytes: Uint8Array): Promise<void>;
  /** Left out: nobody is asked for a password. */
  readonly checkAnswer?: CheckAnswer | undefined;
}

/** Versions of the protocol that differ: 3.3, 3.7 and 3.8, by their minor numbers. */
type Version = 3 | 7 | 8;

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const Security = { none: 1, vnc: 2 } as const;

/**
 * Agrees with a viewer on version and security (RFC 6143, 7.1 and 7.2). Resolves when it has been let in.
 * @throws VncError if it cannot be let in; it has been told
 */
export async function authenticate(greeting: Greeting): Promise<void> {
  const { reader, write, checkAnswer } = greeting;
  await write(text('RFB 003.008\n'));
  const version = versionOf(await reader.take(12));
  await agreeOnSecurity(greeting, version, checkAnswer ? Security.vnc : Security.none);
  if (checkAnswer) await checkPassword(greeting, version, checkAnswer);
  if (checkAnswer || version === 8) await write(unsigned32(0));
}

/** Other numbers stand for 3.3, and later ones for 3.8 (RFC 6143, 7.1.1). */
function versionOf(bytes: DataView): Version {
  const [, major, minor] = /^RFB (\d{3})\.(\d{3})\n$/.exec(new TextDecoder('latin1').decode(bytes)) ?? [];
  if (Number(major) !== 3) throw new VncError('what came is not the protocol of VNC');
  if (Number(minor) >= 8) return 8;
  return minor === '007' ? 7 : 3;
}

async function agreeOnSecurity({ reader, write }: Greeting, version: Version, type: number): Promise<void> {
  if (version === 3) return write(unsigned32(type));
  await write(Uint8Array.of(1, type));
  const chosen = (await reader.take(1)).getUint8(0);
  if (chosen === type) return;
  const reason = `the security type ${chosen} was not offered`;
  await write(failure(version, reason));
  throw new VncError(reason);
}

async function checkPassword({ reader, write }: Greeting, version: Version, check: CheckAnswer): Promise<void> {
  const challenge = crypto.getRandomValues(new Uint8Array(16));
  await write(challenge);
  const answer = new Uint8Array((await reader.take(16)).buffer);
  if (check(challenge, answer)) return;
  await write(failure(version, 'Authentication failed'));
  throw new VncError('the password was wrong');
}

/** Reasons came with 3.8. */
function failure(version: Version, reason: string): Uint8Array {
  return joined(unsigned32(1), version === 8 ? counted(reason) : new Uint8Array(0));
}

/** Size, format and name of the desktop (RFC 6143, 7.3.2). */
export function desktopBytes(width: number, height: number, name: string): Uint8Array {
  return joined(unsigned16(width, height), formatBytes(usualFormat), counted(name));
}
