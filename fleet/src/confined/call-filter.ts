import { SYSTEM_CALLS } from './system-calls.ts';

/** Architectures: AUDIT_ARCH of linux/audit.h, and the numbers of clone and of its successor. */
const ARCHITECTURES = {
  x64: { audit: 0xc000003e, column: 0, clone: 56 },
  arm64: { audit: 0xc00000b7, column: 1, clone: 220 },
} as const;

/** Instructions of classic BPF (linux/filter.h, linux/bpf_common.h): load a word, compare and jump, mask, return. */
const [LOAD, EQUAL, AT_LEAST, AND, RETURN] = [0x20, 0x15, 0x35, 0x54, 0x06];
/** Places in seccomp_data (linux/seccomp.h): number, architecture, and the lower half of the first argument. */
const [NUMBER, ARCHITECTURE, FIRST_ARGUMENT] = [0, 4, 16];
/** Actions: all threads are killed; the call fails with ENOSYS, so that the C library does without it; the call is made. */
const [KILL, REFUSE, ALLOW] = [0x80000000, 0x00050000 + 38, 0x7fff0000];
/** Flags of clone (linux/sched.h): the one of a thread, and those of new namespaces: NEWNS, NEWCGROUP, UTS, IPC, USER, PID, NET. */
const [THREAD, NAMESPACES] = [0x00010000, 0x7e020000];
/** Numbers from here on are those of x32. */
const X32 = 0x40000000;

type Instruction = readonly [code: number, value: number, ifTrue?: number, ifFalse?: number];

/**
 * A program for seccomp that allows the system calls of Node, as bytes of `struct sock_filter`; undefined: this architecture has none here. It lets a
 * process make threads, but no processes: neither sockets nor namespaces, mounts, other processes' memory, keys, BPF or modules of the kernel are in reach.
 */
export function callFilter(architecture: string = process.arch): Uint8Array | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined;
  const { audit, column, clone } = ARCHITECTURES[architecture];
  const numbers = Object.values(SYSTEM_CALLS).flatMap((row) => row[column] ?? []);
  const count = numbers.length;
  // Jumps count from the next instruction.
  return bytesOf([
    [LOAD, ARCHITECTURE],
    [EQUAL, audit, 1, 0],
    [RETURN, KILL],
    [LOAD, NUMBER],
    [AT_LEAST, X32, count + 1],
    [EQUAL, clone, count + 1],
    ...numbers.map((number, n): Instruction => [EQUAL, number, count - n + 4]),
    [RETURN, REFUSE],
    [LOAD, FIRST_ARGUMENT],
    [AND, THREAD | NAMESPACES],
    [EQUAL, THREAD, 1, 0],
    [RETURN, REFUSE],
    [RETURN, ALLOW],
  ]);
}

function bytesOf(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(8 * program.length);
  for (const [n, [code, value, ifTrue = 0, ifFalse = 0]] of program.entries()) {
    bytes.writeUInt16LE(code, 8 * n);
    bytes.writeUInt8(ifTrue, 8 * n + 2);
    bytes.writeUInt8(ifFalse, 8 * n + 3);
    bytes.writeUInt32LE(value >>> 0, 8 * n + 4);
  }
  return new Uint8Array(bytes);
}
