import type { BlockError } from '../../runtime/host/block.ts';
import type { StorageError } from '../storage/store.ts';

const blockErrors: Readonly<Record<string, BlockError>> = {
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EROFS: 'read-only',
};

/** The error that the guest sees for a failure of an image. */
export function blockError(error: unknown): BlockError {
  const { code = '' } = ((error as StorageError).cause ?? {}) as { code?: string };
  return blockErrors[code] ?? 'io';
}
