/**
 * Loaded before anything else in each thread of a confined process. Closes to modules of jobs what reaches files, processes or sockets around Node's
 * permissions. It is no border against hostile JavaScript, which the system's are (docs/security.md).
 */
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import threads from 'node:worker_threads';
import { closedInProcess, isModuleOfJobs } from './open-modules.ts';
import { programFiles } from './program-files.ts';

// What a module changes of these later has no effect here.
const { apply, construct } = Reflect;
const Address = URL;
const { startsWith } = String.prototype;
const own = programFiles.map((path) => `${pathToFileURL(path)}`);
const library = import.meta.resolve('rawiron');

/** Whether an address is one of our own files. */
function isOwn(address: string | undefined): boolean {
  if (address === undefined) return false;
  for (let n = 0; n < own.length; n++) if (apply(startsWith, address, [own[n]])) return true;
  return false;
}

class ClosedError extends Error {
  readonly code = 'ERR_ACCESS_DENIED';

  constructor(name: string) {
    super(`${name} is closed to jobs that are confined (docs/fleet-confinement.md)`);
  }
}

function checkModule(name: string): void {
  if (!isModuleOfJobs(name)) closed(`${name}`.length > 100 ? 'such a module' : name);
}

/** Threads have the permissions of the process, and run nothing but our own files. */
function closeThreads(): void {
  const { Worker } = threads;
  const Closed = new Proxy(Worker, {
    construct(target, [file, options], newTarget) {
      const address = new Address(file);
      if (!isOwn(address.href)) closed('a thread');
      const settings = { ...options, eval: false, execArgv: undefined, env: undefined };
      return construct(target, [address, settings], newTarget) as object;
    },
  });
  Object.defineProperty(Worker.prototype, 'constructor', { value: Closed });
  threads.Worker = Closed;
  syncBuiltinESMExports();
}

/** Modules of jobs have no address of a file. */
function closeModules(): void {
  const { getBuiltinModule } = process;
  registerHooks({
    resolve(specifier, context, next) {
      if (isOwn(context.parentURL) || (context.parentURL === undefined && isOwn(specifier)))
        return next(specifier, context);
      if (specifier === library) return next(specifier, context);
      checkModule(specifier);
      return next(specifier, context);
    },
  });
  process.getBuiltinModule = ((name: string) => {
    checkModule(name);
    return apply(getBuiltinModule, process, [name]) as unknown;
  }) as typeof process.getBuiltinModule;
}

/** Functions of the process that reach others, or its own descriptors. */
function closeProcess(): void {
  const { _kill: kill, pid } = process as unknown as { _kill(pid: number, signal: number): number; pid: number };
  for (const name of closedInProcess) if (name in process) replaceInProcess(name, () => closed(`process.${name}`));
  // `process.kill` calls it.
  replaceInProcess('_kill', (other: number, signal: number) =>
    other === pid ? apply(kill, process, [pid, signal]) : closed('process.kill of another process'),
  );
}

function replaceInProcess(name: string, value: (...args: never[]) => unknown): void {
  Object.defineProperty(process, name, { value });
}

function closed(name: string): never {
  throw new ClosedError(name);
}

closeThreads();
if (threads.isMainThread) {
  closeModules();
  closeProcess();
}
