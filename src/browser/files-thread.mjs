/** Starts the worker that has kept images open, as machine-thread.mjs does a machine's. */
import './files-worker.ts';
