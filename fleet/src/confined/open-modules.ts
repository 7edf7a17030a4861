/**
 * Node's modules for jobs that are confined: none of them reaches a file, a process or a socket but by Node's permissions, which bound `fs` to the
 * folder of the process. A test looks through the modules of the Node in use.
 */
const OPEN: Readonly<Record<string, boolean>> = Object.assign(
  // What a module puts into the prototype of objects is not in this one.
  Object.create(null) as object,
  Object.fromEntries(
    [
      ...['assert', 'assert/strict', 'buffer', 'console', 'constants', 'crypto', 'events', 'fs', 'fs/promises'],
      ...['path', 'path/posix', 'path/win32', 'perf_hooks', 'process', 'punycode', 'querystring', 'stream'],
      ...['stream/consumers', 'stream/promises', 'stream/web', 'string_decoder', 'timers', 'timers/promises'],
      ...['url', 'util', 'util/types', 'zlib'],
    ].flatMap((name) => [
      [name, true],
      [`node:${name}`, true],
    ]),
  ),
);

/** Whether a job that is confined may import a module of Node's. */
export const isModuleOfJobs = (name: string): boolean => OPEN[name] === true;

/** Functions of `process` that jobs do not have: they reach other processes, native code, files, or the process's own handles. */
export const closedInProcess: readonly string[] = [
  ...['_debugEnd', '_debugProcess', '_getActiveHandles', '_getActiveRequests', '_linkedBinding', 'binding'],
  ...['chdir', 'dlopen', 'execve', 'initgroups', 'loadEnvFile', 'openStdin', 'setegid', 'seteuid', 'setgid'],
  ...['setgroups', 'setuid', 'umask'],
];
