/** Errors of Linux, as 9P2000.L sends them (include/uapi/asm-generic/errno-base.h and errno.h). */
export const Errno = {
  notPermitted: 1,
  noEntry: 2,
  io: 5,
  badFid: 9,
  outOfMemory: 12,
  access: 13,
  exists: 17,
  notDirectory: 20,
  isDirectory: 21,
  invalid: 22,
  tooManyOpen: 24,
  tooLarge: 27,
  noSpace: 28,
  readOnly: 30,
  nameTooLong: 36,
  notEmpty: 39,
  tooManyLinks: 40,
  messageSize: 90,
  notSupported: 95,
} as const;

/** An error of a request: the reply is this number. */
export class FolderError extends Error {
  readonly errno: number;

  constructor(errno: number, message = `error ${errno}`) {
    super(message);
    this.errno = errno;
  }
}

/** The number of what was thrown. Node's errors have Linux's numbers, negative; others have none. */
export function errnoOf(error: unknown): number {
  const { errno } = error as { readonly errno?: unknown };
  if (typeof errno !== 'number') return Errno.io;
  const number = Math.abs(errno);
  return number > 0 && number < 4096 ? number : Errno.io;
}
