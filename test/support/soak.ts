/** Whether tests that can do more of the same do all of it: `GREENROOM_SOAK=1 npm test -- test/hosts`. */
export const isSoak: boolean = Boolean(process.env['GREENROOM_SOAK']);

/** Ends the name of a suite that is skipped otherwise. */
export const skippedUnlessSoak: string = isSoak ? '' : ' (skipped: GREENROOM_SOAK is not set)';
