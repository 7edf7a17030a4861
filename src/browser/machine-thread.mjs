/** Starts a machine's worker. Plain JavaScript: the page names this file, which ends in `.js` in the package. */
import './worker.ts';
