/** What stands for a secret. */
export const masked = '***';

/** What the names of secrets have in them: oslo.utils' `mask_dict_password`, without its long tail. */
const secretName =
  /passw|passphrase|admin[-_]?pass|new[-_]pass|pswd|secret|token|credential|private[-_]?key|encrypted[-_]key|api[-_]?key|configdrive|cookie|authorization/i;

/** As deep as what goes over the wire may be. */
const maxDepth = 500;

/** Whether a value of that name is one that nobody else should see. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/**
 * A copy of plain data, as JSON is read, in which whatever has the name of a secret is {@link masked},
 * at any depth.
 */
export function maskSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return masked;
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, depth + 1));
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    isSecretName(key) ? masked : maskSecrets(item, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** A URL or a query string in which the values of secret parameters are {@link masked}. */
export function maskQuery(text: string): string {
  return text.replace(/([?&]|^)([^?&=#]*)=([^&#]*)/g, (whole, before: string, name: string) =>
    isSecretName(name) || /^(code|sig|signature)$/i.test(name)
      ? `${before}${name}=${masked}`
      : whole,
  );
}
