import { createCipheriv } from 'node:crypto';
import { constants, createDeflate } from 'node:zlib';
import { ConfigurationError } from '../../util/errors.ts';
import type { VncHost } from '../../vnc/display.ts';
import type { Deflater } from '../../vnc/picture-encoder.ts';
import { systemMessage } from '../process/system-message.ts';

/** DES is triple DES with three times the same key, and OpenSSL 3 has only that. */
function encryptDes(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

/** @throws ConfigurationError if this Node's OpenSSL cannot encrypt as VNC's passwords need it */
export function checkDes(): void {
  try {
    encryptDes(new Uint8Array(8), new Uint8Array(16));
  } catch (error) {
    throw new ConfigurationError(`a password of VNC needs DES, which this Node does not have: ${systemMessage(error)}`);
  }
}

/** In another thread; quick rather than small: the viewer is near. */
function openDeflater(): Deflater {
  const stream = createDeflate({ level: constants.Z_BEST_SPEED });
  let pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return {
    deflate: (bytes) =>
      new Promise((resolve, reject) => {
        stream.once('error', reject);
        stream.once('close', reject);
        stream.write(bytes);
        stream.flush(constants.Z_SYNC_FLUSH, () => {
          stream.off('error', reject).off('close', reject);
          resolve(Buffer.concat(pieces));
          pieces = [];
        });
      }),
    close: () => stream.destroy(),
  };
}

/** The functions of Node that VNC needs. */
export const nodeVncHost: VncHost = { encryptDes, openDeflater };
