import { Errno, errnoOf } from '../ninep/errno.ts';
import { messageOf } from '../util/errors.ts';

/** Errors as Node names them. */
const codes = new Map<number, ShareErrorCode>([
  [Errno.noEntry, 'ENOENT'],
  [Errno.exists, 'EEXIST'],
  [Errno.notDirectory, 'ENOTDIR'],
  [Errno.isDirectory, 'EISDIR'],
  [Errno.tooManyLinks, 'ELOOP'],
  [Errno.tooLarge, 'EFBIG'],
  [Errno.noSpace, 'ENOSPC'],
  [Errno.nameTooLong, 'ENAMETOOLONG'],
  [Errno.invalid, 'EINVAL'],
  [Errno.notPermitted, 'EPERM'],
]);

/**
 * Why something cannot be done with a file of a share. `ENOENT`: there is none; `ENOTDIR`, `EISDIR`: it is no directory, or one;
 * `ELOOP`: it is a symbolic link, which is followed in the guest only; `EPERM`: it is a device, a pipe or a socket; `ENOSPC`: there is no room; `EFBIG`: it is too large;
 * `ENAMETOOLONG`, `EINVAL`: the path is too long, or none; `EEXIST`: there is such a file; `EIO`: all else.
 */
export type ShareErrorCode =
  | 'ENOENT'
  | 'EEXIST'
  | 'ENOTDIR'
  | 'EISDIR'
  | 'ELOOP'
  | 'EFBIG'
  | 'ENOSPC'
  | 'ENAMETOOLONG'
  | 'EINVAL'
  | 'EPERM'
  | 'EIO';

/** Something cannot be done with a file of a share. The message says which, and why. */
export class ShareError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'ShareError';
  /** The kind of error, for programs. */
  readonly code: ShareErrorCode;

  constructor(code: ShareErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error for callers, from one that a folder has thrown for a path. */
export function shareError(path: string, thrown: unknown): ShareError {
  if (thrown instanceof ShareError) return thrown;
  return new ShareError(codes.get(errnoOf(thrown)) ?? 'EIO', `${path}: ${messageOf(thrown)}`);
}
