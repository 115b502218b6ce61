import { methods } from './methods.mjs';

// biome-ignore lint/style/noDefaultExport: it is what Piscina looks for
export default ({ method, args }) => methods[method](args);
