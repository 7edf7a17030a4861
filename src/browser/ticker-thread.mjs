/** Starts a ticker's worker, as machine-thread.mjs does a machine's. */
import './ticker.ts';
