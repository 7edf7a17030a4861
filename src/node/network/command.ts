import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

/** The input and output of a command, which the host's shell starts; its complaints go where ours do. */
export function commandStream(command: string): Duplex {
  const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] });
  // Its type names streams of the web only.
  const pipes: unknown = { readable: child.stdout, writable: child.stdin };
  const stream = Duplex.from(pipes as AsyncIterable<unknown>);
  child.once('error', (error) => stream.destroy(error));
  stream.once('close', () => child.kill());
  return stream;
}
