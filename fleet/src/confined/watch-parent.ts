/** Ends the process when its parent has ended. A thread of its own. */
const { kill, pid, ppid } = process;
setInterval(() => process.ppid === ppid || kill(pid, 'SIGKILL'), 1000);
