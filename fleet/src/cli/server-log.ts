import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { FleetError } from '../error.ts';
import { FleetLog, type Log } from '../log.ts';
import { connector } from '../redis.ts';
import { type Flags, type Place, text, type Words, log as writeLine } from './settings.ts';

const [FORMATS, LEVELS] = [
  ['text', 'json'],
  ['debug', 'info', 'warn', 'error'],
];

/** Flags of every command that runs until it is asked to end. */
export const logFlags: Flags = {
  'log-format': { value: 'text|json', help: 'of lines on standard error (text on a terminal, json elsewhere)' },
  'log-level': { value: 'LEVEL', help: 'debug, info, warn or error: lines of lower levels are left out (info)' },
};

/** The log of a process of the fleet: on standard error, and in the one that all have in common. */
export interface ServerLog extends Disposable {
  readonly write: Log;
  /** Connects to the fleet's Redis; what is wrong with that goes to standard error only. */
  connect(): Redis;
}

/**
 * Opens the log of a process.
 * @param kind of process
 * @throws FleetError for a format or level that there is not
 */
export function serverLog(words: Words, place: Pick<Place, 'redis'>, kind: string): ServerLog {
  const format = oneOf(words, 'log-format', FORMATS) ?? (process.stderr.isTTY ? 'text' : 'json');
  const level = oneOf(words, 'log-level', LEVELS) ?? 'info';
  const options = { name: kind, level, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: named } };
  const lines = pino(options, format === 'json' ? pino.destination({ dest: 2, sync: true }) : { write: writeText });
  const shown: Log = (message, { level = 'info', ...fields } = {}) => lines[level](fields, message);
  const connect = connector(place.redis, (message) => shown(message, { level: 'warn' }));
  const common = new FleetLog(connect, kind);
  return {
    connect,
    write(message, fields) {
      shown(message, fields);
      if (fields?.level !== 'debug') common.write(message);
    },
    [Symbol.dispose]: () => common[Symbol.dispose](),
  };
}

const named = (level: string): { level: string } => ({ level });

/** A line for people. */
function writeText(line: string): void {
  writeLine((JSON.parse(line) as { msg: string }).msg);
}

function oneOf(words: Words, name: string, values: readonly string[]): string | undefined {
  const value = text(words, name);
  if (value === undefined || values.includes(value)) return value;
  throw new FleetError(`--${name} ${value}: give ${values.join(', ')}`);
}
