import { type Deferred, deferred } from '../../waiting.ts';

interface Patient {
  /** How many more failures are borne. */
  left: number;
  readonly lost: Deferred<never>;
}

/** Those who wait for a connection, and will bear only so many failed attempts. */
export class Patience {
  readonly #patients = new Set<Patient>();

  /**
   * Waits for `arrival` through `retry` failed attempts, and fails with the next one's reason.
   *
   * @param retry - Absent to bear them all.
   */
  async await<T>(arrival: Promise<T>, retry: number | undefined): Promise<T> {
    if (retry === undefined) return await arrival;
    const patient: Patient = { left: retry, lost: deferred<never>() };
    this.#patients.add(patient);
    try {
      return await Promise.race([arrival, patient.lost.promise]);
    } finally {
      this.#patients.delete(patient);
    }
  }

  /** An attempt has failed. */
  try(reason: Error): void {
    for (const patient of this.#patients) {
      if (patient.left-- <= 0) patient.lost.reject(reason);
    }
  }
}
