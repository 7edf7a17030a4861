/** Whether threads of this page can share memory. Isolation from other origins alone doesn't say so: there are builds of WebKit without it. */
export const sharesMemory = typeof SharedArrayBuffer !== 'undefined';
