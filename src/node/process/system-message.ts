import util from 'node:util';
import { messageOf } from '../../util/errors.ts';

/** As QEMU begins such words. */
export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The system's words for what went wrong with a file, such as "no such file or directory"; they do not name it. */
export function systemMessage(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' ? util.getSystemErrorMessage(errno) : messageOf(error);
}
