/** Whether root has started this process, which may act as somebody else by now: whoever started it runs the lines that it gives. */
export const isStartedByRoot: boolean = process.getuid === undefined || process.getuid() === 0
