/** Where in a plan one is. */
export interface WindowPlace {
  readonly round: number;
  readonly subject: string;
  readonly outstanding: number;
}
