import { writeFileSync } from 'node:fs';
import { encodeBatch } from '../../recording/layout.ts';
import type { RecordingFile } from '../../recording/machine-recording.ts';
import { BatchedFile } from './batched-file.ts';

/** The file of a recording. Each batch that was written can be replayed, whatever ends the process. */
export class NodeRecordingFile extends BatchedFile implements RecordingFile {
  /**
   * @param log hears why a recording has ended early
   * @throws ConfigurationError if it cannot be written
   */
  constructor(path: string, header: Uint8Array, log: (message: string) => void) {
    let number = -1;
    const append = (file: number, bytes: Uint8Array) => {
      writeFileSync(file, number < 0 ? header : encodeBatch(number, bytes));
      number++;
    };
    super({ path, content: 'what enters the machine', whole: 'recording', append, log });
  }
}
