/** msgpackr declares no types for this entry, which has the same code without generated functions. */
declare module 'msgpackr/index-no-eval' {
  export { addExtension, Packr, RESET_BUFFER_MODE, Unpackr } from 'msgpackr';
}
