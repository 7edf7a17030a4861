/** Starts a machine's worker. Plain JavaScript: the page names this file, and it has the same name in the package. */
import './worker.ts';
