import type { BlockNodes } from '../machine/block-nodes.ts';
import type { Machine } from '../machine/machine.ts';
import type { MonitorOptions } from '../monitor/command.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { QmpError } from './error.ts';
import type { Jobs } from './jobs.ts';

/** An object of JSON: a command's arguments, or its answer. */
export type JsonObject = { readonly [name: string]: unknown };

/** The parts that commands work on. */
export interface QmpContext {
  readonly machine: Machine;
  readonly options: MonitorOptions;
  readonly monitor: Monitor;
  /** Images that were named, and trays that are open. */
  readonly nodes: BlockNodes;
  /** The jobs that go on, or have ended and are not dismissed. */
  readonly jobs: Jobs;
  /** Tells all who listen of something that no event of the machine tells. */
  tell(event: string, data?: JsonObject): void;
  /** Whether MIGRATION and MIGRATION_PASS are sent: QEMU's capability `events`. */
  readonly migrationEvents: { areTold: boolean };
}

/** `value`: anything. */
type ParameterType = 'string' | 'integer' | 'boolean' | 'array' | 'object' | 'value';

/** A type; with a `?` the argument may be left out. */
export type Parameters = Readonly<Record<string, ParameterType | `${ParameterType}?`>>;

export interface QmpCommand {
  readonly name: string;
  readonly parameters?: Parameters;
  /** It takes others besides, which it looks at itself. */
  readonly hasMore?: true;
  run(args: Arguments, context: QmpContext): Promise<unknown> | unknown;
}

/** Arguments that have been checked. */
export class Arguments {
  readonly #values: JsonObject;
  readonly #path: string;

  /**
   * @param path what stands before the names of those within an argument, such as `keys[0].`
   * @throws QmpError in QEMU's words if they are not what the parameters say
   */
  constructor(values: JsonObject, { parameters = {}, hasMore }: Pick<QmpCommand, 'parameters' | 'hasMore'>, path = '') {
    this.#values = values;
    this.#path = path;
    for (const [name, type] of Object.entries(parameters)) checkArgument(`${path}${name}`, type, values[name]);
    if (hasMore) return;
    const unknown = Object.keys(values).find((name) => !Object.hasOwn(parameters, name));
    if (unknown !== undefined) throw new QmpError(`Parameter '${path}${unknown}' is unexpected`);
  }

  /** The members of an argument that is an object. @throws QmpError if they are not what the parameters say */
  within(name: string, parameters: Parameters): Arguments {
    return new Arguments(this.#values[name] as JsonObject, { parameters }, `${this.#path}${name}.`);
  }

  /** The members of the objects in a list. @throws QmpError if they are no objects, or not what the parameters say */
  each(name: string, parameters: Parameters): readonly Arguments[] {
    return this.list(name).map((value, n) => {
      const path = `${this.#path}${name}[${n}]`;
      checkArgument(path, 'object', value);
      return new Arguments(value as JsonObject, { parameters }, `${path}.`);
    });
  }

  /** The text of a parameter that must be one of these. @throws QmpError for another one */
  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const text = this.text(name);
    const value = values.find((one) => one === text);
    if (value === undefined) throw new QmpError(`Parameter '${name}' does not accept value '${text}'`);
    return value;
  }

  /**
   * The members as arguments for other parameters, which they must match.
   * @throws QmpError if they don't
   */
  as(parameters: Parameters): Arguments {
    return new Arguments(this.#values, { parameters }, this.#path);
  }

  /** The text of a parameter that must be given. */
  text(name: string): string {
    return this.#values[name] as string;
  }

  textIfGiven(name: string): string | undefined {
    return this.#values[name] as string | undefined;
  }

  number(name: string, otherwise = 0): number {
    return this.numberIfGiven(name) ?? otherwise;
  }

  numberIfGiven(name: string): number | undefined {
    const value = this.#values[name] as number | bigint | undefined;
    return value === undefined ? undefined : Number(value);
  }

  /** The parameter `cpu-index`: the first processor if it is left out. @throws QmpError for one that is not there */
  processor({ processorPlaces }: Machine): number {
    const number = this.number('cpu-index');
    if (processorPlaces.isPresent(number)) return number;
    throw new QmpError("Parameter 'cpu-index' expects a CPU number");
  }

  /** False if it is left out. */
  isSet(name: string): boolean {
    return this.#values[name] === true;
  }

  value(name: string): unknown {
    return this.#values[name];
  }

  /** A list of texts. @throws QmpError if it has something else */
  texts(name: string): readonly string[] {
    return this.list(name).map((value, n) => {
      checkArgument(`${this.#path}${name}[${n}]`, 'string', value);
      return value as string;
    });
  }

  /** All of them. */
  get all(): JsonObject {
    return this.#values;
  }

  list(name: string): readonly unknown[] {
    return this.#values[name] as readonly unknown[];
  }
}

function checkArgument(name: string, type: string, value: unknown): void {
  const isOptional = type.endsWith('?');
  if (value === undefined) {
    if (isOptional) return;
    throw new QmpError(`Parameter '${name}' is missing`);
  }
  const expected = isOptional ? type.slice(0, -1) : type;
  if (expected !== 'value' && typeOf(value) !== expected)
    throw new QmpError(`Invalid parameter type for '${name}', expected: ${expected}`);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return 'integer';
  return value === null ? 'null' : typeof value;
}

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is JsonObject {
  return typeOf(value) === 'object';
}
