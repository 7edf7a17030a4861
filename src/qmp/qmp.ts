import { BlockNodes } from '../machine/block-nodes.ts';
import type { Machine } from '../machine/machine.ts';
import type { MonitorOptions } from '../monitor/command.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { checkFunction, shown } from '../util/checks.ts';
import { messageOf } from '../util/errors.ts';
import { Arguments, type JsonObject, type QmpContext } from './command.ts';
import { versionOf } from './commands/machine.ts';
import { commands } from './commands.ts';
import { QmpError } from './error.ts';
import {
  type EventListener,
  translateDumps,
  translateEvents,
  translateMigration,
  translateVncEvents,
} from './events.ts';
import { Jobs } from './jobs.ts';

/** The jobs that commands have started in a machine, whichever client sent them. */
type Left = Pick<QmpContext, 'jobs'>;
const leftIn = new WeakMap<Machine, Left>();

function leftBy(machine: Machine): Left {
  const left = leftIn.get(machine) ?? { jobs: new Jobs() };
  leftIn.set(machine, left);
  return left;
}

/** A machine's end of the QEMU Machine Protocol: commands with arguments and answers as QEMU's schema has them. */
export class Qmp {
  readonly #context: QmpContext;
  readonly #listeners = new Set<EventListener>();

  constructor(machine: Machine, options: MonitorOptions, monitor: Monitor) {
    let hasShutDown = false;
    const tell: EventListener = (event, data) => {
      // One who was told by `quit` needn't be told by the machine.
      if (event === 'SHUTDOWN' && hasShutDown) return;
      hasShutDown ||= event === 'SHUTDOWN';
      for (const listener of this.#listeners) listener(event, data);
    };
    const migrationEvents = { areTold: false };
    const left = leftBy(machine);
    const nodes = BlockNodes.of(machine);
    this.#context = { machine, options, monitor, tell, migrationEvents, nodes, ...left };
    left.jobs.listen(tell);
    translateEvents(machine, tell);
    translateDumps(machine, tell);
    if (options.vnc) translateVncEvents(options.vnc, tell);
    translateMigration(machine, (event, data) => migrationEvents.areTold && tell(event, data));
  }

  /** The greeting at the beginning of a session. */
  get greeting(): JsonObject {
    return { QMP: { version: versionOf(this.#context.options.version), capabilities: [] } };
  }

  /** Calls the listener at each event from now on, until the function that is given back is called. */
  listen(listener: EventListener): () => void {
    checkFunction('the listener', listener);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Does what a command says; its answer.
   * @throws QmpError for what is no command, wrong arguments, and what cannot be done
   */
  async execute(name: string, values: JsonObject = {}): Promise<unknown> {
    const command = commands.get(name);
    if (command === undefined)
      throw new QmpError(
        `The command ${typeof name === 'string' ? name : shown(name)} has not been found`,
        'CommandNotFound',
      );
    if (typeof values !== 'object' || values === null)
      throw new QmpError(`the arguments of ${name} are ${shown(values)}; they must be an object`);
    const args = new Arguments(values, command);
    try {
      return (await command.run(args, this.#context)) ?? {};
    } catch (error) {
      throw error instanceof QmpError ? error : new QmpError(messageOf(error));
    }
  }
}
