#!/usr/bin/env node
/**
 * The command. Plain JavaScript in old syntax, so that any Node can read it: where the program cannot run it says in one
 * line what to do. The package has the program as JavaScript in dist/; a clone runs it from its sources.
 */
'use strict';

const fs = require('fs');
const path = require('path');

const root = path.join(__dirname, '..');
const isClone = fs.existsSync(path.join(root, 'src', 'cli', 'main.mjs'));
const problem = isClone ? cloneProblem() : versionProblem();
const otherNode = problem && installedNode();

if (otherNode) {
  runBy(otherNode);
} else if (problem) {
  process.stderr.write('rawiron: ' + problem + '\n');
  process.exitCode = 1;
} else {
  require('./program.cjs')(path.join(root, isClone ? 'src/cli/main.mjs' : 'dist/node/program.mjs'));
}

function isAtLeast(major, minor) {
  const version = process.versions.node.split('.').map(Number);
  return version[0] > major || (version[0] === major && version[1] >= minor);
}

function versionProblem() {
  if (isAtLeast(22, 12)) return '';
  return 'this is Node ' + process.versions.node + '; 22.12 or later is needed';
}

/** Node 24 is the first that runs the sources: it takes types away and knows `using`. */
function cloneProblem() {
  const install =
    'run "npm ci" here, with its install scripts and development dependencies: it brings a Node that does';
  if (!isAtLeast(24, 0)) return 'Node ' + process.versions.node + ' cannot run TypeScript sources; ' + install;
  if (isInstalled('acorn') && isInstalled('source-map')) return '';
  return 'the packages that the sources need are missing; run "npm ci" here, with development dependencies';
}

/** The Node that `npm ci` has brought, if this is another one. */
function installedNode() {
  const node = path.join(root, 'node_modules', 'node', 'bin', 'node');
  return isClone && fs.existsSync(node) && fs.realpathSync(node) !== fs.realpathSync(process.execPath) ? node : '';
}

/**
 * Takes its end for its own. A signal that reaches both comes to the program twice, which takes it for one. By the channel
 * the program hears when this process has gone without a word (src/cli/launcher.ts).
 */
function runBy(node) {
  const child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward).on('SIGHUP', forward);
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal).kill(process.pid, signal);
    else process.exitCode = code;
  });
}

function isInstalled(name) {
  return fs.existsSync(path.join(root, 'node_modules', name));
}
