import { createRequire } from 'node:module';
import type { Packr, Unpackr } from 'msgpackr';
import { asBuffer } from '../as-buffer.ts';
import { extensionTypes } from './msgpack-extensions.ts';
import { MapTag, NegativeZeroTag, SetTag, TextTag } from './msgpack-tags.ts';

/** msgpackr as our messages need it. */
export interface ConfiguredMsgpackr {
  readonly packr: Packr;
  readonly unpackr: Unpackr;
  /** The option of `pack` with which each value is written where the one before it was. */
  readonly resetBuffer: number;
}

let configured: ConfiguredMsgpackr | undefined;

/** Loads msgpackr when it is first needed: that takes 10 ms and more, and most hosts never do. */
export function msgpackr(): ConfiguredMsgpackr {
  configured ??= configure();
  return configured;
}

function configure(): ConfiguredMsgpackr {
  // This entry generates no code, loads no native addon, and has no extensions in common with an
  // application's own msgpackr, where they hold for everybody in the process.
  const library: typeof import('msgpackr/index-no-eval') = createRequire(import.meta.url)(
    'msgpackr/index-no-eval',
  );
  const { addExtension } = library;
  addExtension({ Class: MapTag, type: extensionTypes.mapTag, write: contentOf, read: mapOf });
  addExtension({ Class: SetTag, type: extensionTypes.setTag, write: contentOf, read: setOf });
  addExtension({ Class: TextTag, type: extensionTypes.textTag, write: contentOf, read: textOf });
  addExtension({
    Class: NegativeZeroTag,
    type: extensionTypes.negativeZeroTag,
    write: contentOf,
    read: () => -0,
  });
  return {
    packr: new library.Packr({
      useRecords: false,
      useBigIntExtension: true,
      useToJSON: false,
      variableMapSize: true,
    }),
    unpackr: new library.Unpackr({
      useRecords: false,
      structuredClone: false,
      mapsAsObjects: true,
      // A view would keep the whole body.
      copyBuffers: true,
    }),
    resetBuffer: library.RESET_BUFFER_MODE,
  };
}

function contentOf({ content }: { readonly content: unknown }): unknown {
  return content;
}

function mapOf(keysAndValues: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let at = 0; at < keysAndValues.length; at += 2) {
    map.set(keysAndValues[at], keysAndValues[at + 1]);
  }
  return map;
}

function setOf(members: readonly unknown[]): Set<unknown> {
  return new Set(members);
}

function textOf(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf16le');
}
