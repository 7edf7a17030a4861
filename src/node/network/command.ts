import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

/** Commands of a network that run at a time: a guest starts one by each connection. */
const MOST_COMMANDS = 16;

/** Starts commands, which the host's shell runs; their complaints go where ours do. */
export class Commands {
  readonly #running = new Set<ChildProcess>();

  /** The input and output of a command. It breaks with ECONNREFUSED where too many run already. */
  start(command: string): Duplex {
    if (this.#running.size >= MOST_COMMANDS) return broken('ECONNREFUSED', `${MOST_COMMANDS} commands run already`);
    const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdin, stdout } = child as Partial<typeof child>;
    if (!stdin || !stdout) return unstarted(child);
    this.#running.add(child);
    // Its type names streams of the web only.
    const pipes: unknown = { readable: stdout, writable: stdin };
    const stream = Duplex.from(pipes as AsyncIterable<unknown>);
    child.once('exit', () => this.#running.delete(child));
    child.once('error', (error) => this.#failed(child, stream, error));
    stream.once('close', () => child.kill());
    return stream;
  }

  #failed(child: ChildProcess, stream: Duplex, error: Error): void {
    // One that was never started doesn't exit.
    if (child.pid === undefined) this.#running.delete(child);
    stream.destroy(error);
  }
}

function broken(code: string, message: string): Duplex {
  return new Duplex().destroy(Object.assign(new Error(message), { code }));
}

/** Where the process has no files left there are no pipes; the error is reported a turn later. */
function unstarted(child: ChildProcess): Duplex {
  child.once('error', () => {});
  return broken('EMFILE', 'too many files are open');
}
