import { writeFileSync } from 'node:fs';
import type { Capture } from '../../network/pcap.ts';
import { BatchedFile } from '../files/batched-file.ts';

/** A file of captured frames. */
export class CaptureFile extends BatchedFile implements Capture {
  /**
   * @param log hears why a capture has ended early
   * @throws ConfigurationError if it cannot be written
   */
  constructor(path: string, log: (message: string) => void) {
    super({ path, content: 'frames', whole: 'capture', append: writeFileSync, log });
  }
}
