import { execFileSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { expect, test } from 'vitest';
import { closedInProcess, isModuleOfJobs } from '../src/confined/open-modules.ts';

/**
 * All of Node's modules that were looked at and are closed to jobs. A module that is on neither list fails the test: whoever adds Node's new one to a
 * list has looked whether it reaches a file, a process or a socket past Node's permissions. One that is closed stays so without a change here.
 */
const closed = [
  ...['_http_agent', '_http_client', '_http_common', '_http_incoming', '_http_outgoing', '_http_server', '_tls_common'],
  ...['_tls_wrap', '_stream_duplex', '_stream_passthrough', '_stream_readable', '_stream_transform', '_stream_wrap'],
  ...['_stream_writable', 'async_hooks', 'child_process', 'cluster', 'dgram', 'diagnostics_channel', 'dns'],
  ...['dns/promises', 'domain', 'http', 'http2', 'https', 'inspector', 'inspector/promises', 'module', 'net', 'os'],
  ...['readline', 'readline/promises', 'repl', 'sys', 'tls', 'trace_events', 'tty', 'v8', 'vm', 'wasi'],
  ...['worker_threads', 'node:ffi', 'node:sea', 'node:sqlite', 'node:test', 'node:test/reporters'],
];

test('each module of this Node is open to jobs or closed, and was looked at', () => {
  const unknown = builtinModules.filter((name) => !isModuleOfJobs(name) && !closed.includes(name));
  expect(unknown).toEqual([]);
  expect(closed.filter(isModuleOfJobs)).toEqual([]);
});

/** What a job has of `process`: its own facts, and functions that concern nothing but this process. */
const open = [
  ...['_eval', '_events', '_eventsCount', '_exiting', '_fatalException', '_kill', '_maxListeners', '_preload_modules'],
  ...['_print_eval', '_rawDebug', '_startProfilerIdleNotifier', '_stopProfilerIdleNotifier', '_tickCallback', 'abort'],
  ...['addUncaughtExceptionCaptureCallback', 'allowedNodeEnvironmentFlags', 'arch', 'argv', 'argv0', 'assert'],
  ...['availableMemory', 'config', 'constrainedMemory', 'cpuUsage', 'cwd', 'debugPort', 'domain', 'emitWarning', 'env'],
  ...['execArgv', 'execPath', 'exit', 'exitCode', 'features', 'finalization', 'getActiveResourcesInfo'],
  ...['getBuiltinModule', 'getegid', 'geteuid', 'getgid', 'getgroups', 'getuid', 'hasUncaughtExceptionCaptureCallback'],
  ...['hrtime', 'kill', 'mainModule', 'memoryUsage', 'moduleLoadList', 'nextTick', 'permission', 'pid', 'platform'],
  ...['ppid', 'reallyExit', 'ref', 'release', 'report', 'resourceUsage', 'setSourceMapsEnabled'],
  ...['setUncaughtExceptionCaptureCallback', 'sourceMapsEnabled', 'stderr', 'stdin', 'stdout', 'threadCpuUsage'],
  ...['title', 'unref', 'uptime', 'version', 'versions'],
];

test("each property of this Node's process is open to jobs or closed, and was looked at", () => {
  // Vitest's own process has more.
  const program = 'console.log(JSON.stringify(Object.getOwnPropertyNames(process)))';
  const names = JSON.parse(
    execFileSync(process.execPath, ['--permission', '--eval', program], { encoding: 'utf8' }),
  ) as string[];
  expect(names.filter((name) => !open.includes(name) && !closedInProcess.includes(name))).toEqual([]);
});
